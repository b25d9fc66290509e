/* Times as people write them: what is read is from 0 to ten years, and the same is read from the number of its seconds.
 */
#include "driver.h"

#include "base/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *first = malloc(size + 1), *second, again[24];
    int64_t seconds = -1, same = -1;
    if (!first)
        abort();
    memcpy(first, data, size);
    first[size] = '\0';
    if ((second = strchr(first, '\n')))
        *second++ = '\0';
    int words = parse_duration_words((char *[]){first, second}, second ? 2 : 1, &seconds);
    CLAIM(words >= -1 && words <= (second ? 2 : 1));
    if (words > 0) {
        CLAIM(seconds >= 0 && seconds <= INT64_C(3660) * 86400);
        snprintf(again, sizeof again, "%lld", (long long)seconds);
        CLAIM(parse_duration(again, &same) && same == seconds);
    } else {
        CLAIM(!parse_duration(first, &same));
    }
    free(first);
    return 0;
}
