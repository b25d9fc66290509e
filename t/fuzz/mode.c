/* The MODE of a channel taken apart: every change has its letter from the request, in order, an argument
 * only where its mode takes one, and no word is used twice. */
#include "driver.h"

#include "base/text.h"
#include "world/modes.h"

#define WORDS 14

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char copy[512], *words[WORDS], *rest = copy;
    struct mode_change changes[MODE_CHANGES];
    int count = 0, arguments = 0;
    if (size >= sizeof copy)
        return 0;
    memcpy(copy, data, size);
    copy[size] = '\0';
    while (count < WORDS && (words[count] = text_next_word(&rest)))
        count++;
    const char *least = copy;
    int made = modes_parse(words, count, changes);
    CLAIM(made >= 0 && made <= MODE_CHANGES);
    for (int i = 0; i < made; i++) {
        const struct mode_change *change = &changes[i];
        CLAIM(change->letter && change->letter != '+' && change->letter != '-');
        CLAIM(change->row == mode_find(change->letter));
        if (!change->argument)
            continue;
        CLAIM(change->row && change->row->type != MODE_FLAG);
        CLAIM(change->on || change->row->type != MODE_LIMIT);
        CLAIM(change->argument >= least && change->argument < copy + sizeof copy);
        least = change->argument + 1;
        arguments++;
    }
    CLAIM(arguments <= MODE_ARGUMENTS);
    uint32_t flags = 0, again = 0;
    if (count > 0 && modes_parse_flags(words[0], &flags)) {
        char letters[MODE_FLAGS_SIZE];
        modes_write_flags(flags, letters);
        CLAIM(strlen(letters) < sizeof letters && modes_parse_flags(letters, &again) && again == flags);
    }
    return 0;
}
