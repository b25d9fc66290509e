/* Reports: whatever is in the cells, each line of a table is as wide as it should be and harmless, each object is JSON,
 * and CSV comes apart into the same cells. The input is cells, with zero bytes between them. */
#include "driver.h"

#include "base/report.h"
#include "json.h"

static enum report_form form;
static size_t columns, lines;

static size_t fields_of(const char *line)
{
    size_t count = 1;
    for (bool quoted = false; *line; line++) {
        quoted ^= *line == '"';
        count += *line == ',' && !quoted;
    }
    return count;
}

static void take(void *context, const char *line)
{
    CLAIM(context == &form);
    lines++;
    CLAIM(text_is_utf8(line, strlen(line)) && !strchr(line, '\n') && !strchr(line, '\x1B'));
    if (form == REPORT_JSON)
        CLAIM(json_is_object(line));
    else if (form == REPORT_CSV)
        CLAIM(fields_of(line) == columns);
    else
        CLAIM(!*line || line[strlen(line) - 1] != ' ');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct report *report = data[0] & 1 ? report_new("one", NULL) : report_new("first", "second_one", "third", NULL);
    columns = data[0] & 1 ? 1 : 3;
    char *text = malloc(size);
    if (!text)
        abort();
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    for (char *at = text; at < text + size; at += strlen(at) + 1) {
        if (*at == '#')
            report_number(report, (int64_t)strlen(at) - 40);
        else if (*at == '?')
            report_true(report, at[1] == 'y');
        else if (*at == '0')
            report_nothing(report);
        else
            report_add(report, at);
    }
    for (form = REPORT_TABLE; form <= REPORT_CSV; form++) {
        lines = 0;
        report_write(report, form, take, &form);
        CLAIM(lines == report_rows(report) + (form != REPORT_JSON));
    }
    report_free(report);
    free(text);
    return 0;
}
