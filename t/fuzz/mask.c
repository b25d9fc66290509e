/* Masks against texts: the same answer as a matcher that is slow and obvious; and whatever is
 * normalised has the three parts of a mask. */
#include "driver.h"

#include "base/mask.h"
#include "base/text.h"

#define LONGEST 24

/* fits[i]: the mask so far fits the first i bytes of the text. */
static bool fits_obviously(const char *mask, const char *text)
{
    size_t length = strlen(text);
    bool fits[LONGEST + 1] = {true}, next[LONGEST + 1];
    for (; *mask; mask++) {
        memset(next, 0, sizeof next);
        for (size_t i = 0; i <= length; i++) {
            if (*mask == '*') {
                for (size_t j = i; fits[i] && j <= length; j++)
                    next[j] = true;
            } else if (i < length && fits[i] &&
                       (*mask == '?' || text_fold((unsigned char)*mask) == text_fold((unsigned char)text[i]))) {
                next[i + 1] = true;
            }
        }
        memcpy(fits, next, sizeof fits);
    }
    return fits[length];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char mask[4200], normal[MASK_SIZE], again[MASK_SIZE], text[LONGEST + 1];
    if (size == 0 || size > sizeof mask - 1)
        return 0;
    size_t split = data[0] % size;
    memcpy(mask, data + 1, split);
    mask[split] = '\0';
    size_t length = size - 1 - split;
    if (length > LONGEST)
        length = LONGEST;
    bool ascii = true;
    for (size_t i = 0; i < length; i++) {
        text[i] = (char)data[1 + split + i];
        ascii = ascii && data[1 + split + i] < 0x80;
    }
    text[length] = '\0';
    bool fits = mask_match(mask, text);
    if (ascii) /* of other characters ? takes all bytes */
        CLAIM(fits == fits_obviously(mask, text));
    if (mask_normalise(normal, mask)) {
        const char *bang = strchr(normal, '!');
        CLAIM(bang && bang > normal && strchr(bang, '@') && strrchr(normal, '@')[1]);
        CLAIM(mask_normalise(again, normal) && strcmp(again, normal) == 0);
        mask_match_person(normal, text, text, text);
    }
    CLAIM(strlen(normal) < sizeof normal);
    return 0;
}
