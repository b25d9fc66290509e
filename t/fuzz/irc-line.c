/* IRC messages: whatever a line is, its parts lie in it, in order, and are what a message's parts may be; written out
 * again, they are taken apart in the same way. */
#include "driver.h"

#include "dialect/irc_line.h"

static void claim_parts(const struct irc_line *parsed, const char *line, size_t size)
{
    const char *at = line, *end = line + size;
    CLAIM(parsed->count >= 0 && parsed->count <= IRC_PARAMETERS);
    CLAIM(parsed->tags >= line && parsed->tags <= end && !strchr(parsed->tags, ' '));
    CLAIM(parsed->verb >= line && parsed->verb < end && *parsed->verb && !strchr(parsed->verb, ' '));
    at = parsed->verb + strlen(parsed->verb);
    for (int i = 0; i < parsed->count; i++) {
        const char *parameter = parsed->parameters[i];
        CLAIM(parameter >= at && parameter <= end);
        at = parameter + strlen(parameter);
        CLAIM(at <= end);
        if (i + 1 < parsed->count)
            CLAIM(*parameter && *parameter != ':' && !strchr(parameter, ' '));
    }
}

static size_t write_out(const struct irc_line *parsed, char *line)
{
    char *at = line;
    if (*parsed->tags)
        at += sprintf(at, "@%s ", parsed->tags);
    at += sprintf(at, "%s", parsed->verb);
    for (int i = 0; i < parsed->count; i++)
        at += sprintf(at, " %s%s", i + 1 == parsed->count ? ":" : "", parsed->parameters[i]);
    return (size_t)(at - line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > IRC_LINE_LIMIT)
        return 0;
    char *line = malloc(size + 1), again[2 * IRC_LINE_LIMIT];
    struct irc_line parsed, reparsed;
    if (!line)
        abort();
    memcpy(line, data, size);
    line[size] = '\0';
    size_t length = strlen(line);
    if (irc_line_parse(line, &parsed)) {
        claim_parts(&parsed, line, length);
        write_out(&parsed, again);
        bool ambiguous = *parsed.verb == '@' || *parsed.verb == ':'; /* only behind tags or a prefix */
        if (!ambiguous) {
            CLAIM(irc_line_parse(again, &reparsed));
            CLAIM(strcmp(parsed.verb, reparsed.verb) == 0 && parsed.count == reparsed.count);
            CLAIM(strcmp(parsed.tags, reparsed.tags) == 0);
            for (int i = 0; i < parsed.count; i++)
                CLAIM(strcmp(parsed.parameters[i], reparsed.parameters[i]) == 0);
        }
    }
    free(line);
    return 0;
}
