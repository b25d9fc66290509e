/* Configuration text: every directive has whole words, and every mistake is counted. */
#include "driver.h"

#include "base/config.h"

static size_t taken, length_of_line;

static const char *take(void *context, const struct config_line *line)
{
    CLAIM(context == &taken);
    CLAIM(line->count >= 1 && line->count <= CONFIG_MAX_WORDS && line->words[line->count] == NULL);
    const char *before = NULL;
    for (int i = 0; i < line->count; i++) {
        CLAIM(strlen(line->words[i]) <= length_of_line);
        CLAIM(!before || line->rest[i] > before);
        CLAIM(strlen(line->rest[i]) >= strlen(line->words[i]));
        before = line->rest[i];
    }
    taken++;
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_hush();
    char *text = malloc(size + 1);
    CLAIM(text);
    memcpy(text, data, size);
    text[size] = '\0';
    length_of_line = strlen(text);
    taken = 0;
    int mistakes = config_read_option(text, take, &taken);
    CLAIM((mistakes == 0 || mistakes == 1) && taken <= 1 && mistakes + (int)taken <= 1);
    CLAIM(memcmp(text, data, size) == 0);
    free(text);
    return 0;
}
