/* Names from strangers: composed, compared, measured, whatever they are made of. The first byte says where the data
 * come apart into two names. */
#include "driver.h"

#include "base/lookalike.h"
#include "base/text.h"
#include "base/unicode.h"
#include "base/width.h"

static void claim_clusters(const char *text, size_t length)
{
    int sum = 0, columns;
    for (size_t at = 0, used; at < length; at += used) {
        used = width_cluster(text + at, length - at, &columns);
        CLAIM(used > 0 && used <= length - at && columns >= 0 && columns <= 2 * (int)used);
        sum += columns;
    }
    CLAIM(sum == width_of_text(text, length));
}

static void claim_name(const char *name)
{
    char composed[8 * UNICODE_BYTES], again[sizeof composed];
    bool good = unicode_compose(composed, sizeof composed, name);
    CLAIM(good || strcmp(name, composed) == 0 || strlen(name) >= sizeof composed);
    CLAIM(unicode_is_same(name, name) && unicode_begins(name, name));
    if (!good)
        return;
    CLAIM(text_is_utf8(composed, strlen(composed)));
    if (strlen(composed) <= UNICODE_BYTES) {
        CLAIM(unicode_compose(again, sizeof again, composed) && strcmp(composed, again) == 0);
        CLAIM(unicode_is_same(name, composed) && unicode_is_same(composed, name));
    }
    if (strlen(name) < LOOKALIKE_BYTES && strlen(composed) < LOOKALIKE_BYTES)
        CLAIM(lookalike_hash(name) == lookalike_hash(composed));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char names[2][4 * UNICODE_BYTES];
    if (size < 1 || size > 2 * UNICODE_BYTES)
        return 0;
    size_t first = data[0] < size ? data[0] : size - 1, second = size - 1 - first;
    memcpy(names[0], data + 1, first);
    memcpy(names[1], data + 1 + first, second);
    names[0][first] = names[1][second] = '\0';
    for (int i = 0; i < 2; i++) {
        claim_name(names[i]);
        claim_clusters(names[i], strlen(names[i]));
    }
    CLAIM(unicode_is_same(names[0], names[1]) == unicode_is_same(names[1], names[0]));
    bool alike = lookalike_are(names[0], names[1]);
    CLAIM(alike == lookalike_are(names[1], names[0]));
    CLAIM(!alike || lookalike_hash(names[0]) == lookalike_hash(names[1]));
    CLAIM(text_compare_names(names[0], names[1]) != 0 || lookalike_hash(names[0]) == lookalike_hash(names[1]));
    return 0;
}
