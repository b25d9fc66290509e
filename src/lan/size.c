/* Sizes for people. */
#include <stdio.h>

#include "lan/peer.h"

const char *size_text(int64_t bytes, char text[SIZE_TEXT])
{
    static const char units[] = " kMGTP";
    int unit = 0;
    double value = (double)bytes;
    while (value >= 1000 && unit < 5) {
        value /= 1000;
        unit++;
    }
    if (unit == 0)
        snprintf(text, SIZE_TEXT, "%d B", (int)bytes);
    else
        snprintf(text, SIZE_TEXT, "%.1f %cB", value, units[unit]);
    return text;
}
