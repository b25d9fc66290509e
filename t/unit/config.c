/* Configuration text: directives, words, and the place of every mistake. */
#include "base/config.h"

#include <string.h>

#include "base/fd.h"
#include "check.h"
#include "child.h"

static char told[4096]; /* the words of all directives, "|" between words, "\n" between directives */
static char rest[256];  /* of the last directive, from its second word */
static char said[4096]; /* what went to the log */
static char path[64];

static const char *take(void *context, const struct config_line *line)
{
    CHECK(context == told);
    CHECK(line->words[line->count] == NULL);
    for (int i = 0; i < line->count; i++) {
        strcat(told, i ? "|" : "");
        strcat(told, line->words[i]);
    }
    strcat(told, "\n");
    snprintf(rest, sizeof rest, "%s", line->count > 1 ? line->rest[1] : "");
    return strcmp(line->words[0], "bad") == 0 ? "no such directive" : NULL;
}

/* Keeps what the log says in `said`. Returns the descriptor to put back. */
static int listen_to_log(void)
{
    int saved = dup(STDERR_FILENO);
    char log[80];
    snprintf(log, sizeof log, "%s.log", path);
    int fd = open(log, O_RDWR | O_CREAT | O_TRUNC, 0600);
    dup2(fd, STDERR_FILENO);
    close(fd);
    told[0] = rest[0] = '\0';
    return saved;
}

static void stop_listening(int saved)
{
    lseek(STDERR_FILENO, 0, SEEK_SET);
    ssize_t got = read(STDERR_FILENO, said, sizeof said - 1);
    said[got > 0 ? got : 0] = '\0';
    dup2(saved, STDERR_FILENO);
    close(saved);
    char log[80];
    snprintf(log, sizeof log, "%s.log", path);
    unlink(log);
}

static int read_bytes(const char *bytes, size_t length)
{
    CHECK(fd_replace_file(path, bytes, length, 0600) == 0);
    int saved = listen_to_log();
    int result = config_read_file(path, take, told);
    stop_listening(saved);
    unlink(path);
    return result;
}

static bool reads(const char *text, const char *expected)
{
    int mistakes = read_bytes(text, strlen(text));
    if (mistakes || strcmp(told, expected) != 0)
        printf("# %d mistakes, told:\n# %s\n", mistakes, told);
    return mistakes == 0 && strcmp(told, expected) == 0;
}

/* One mistake, at that line, in those words; the directives around it are still read. */
static bool complains(const char *text, int line, const char *words)
{
    char expected[400], around[1024];
    snprintf(expected, sizeof expected, "%s:%d: %s\n", path, line, words);
    snprintf(around, sizeof around, "%s\nlast one\n", text);
    int mistakes = read_bytes(around, strlen(around));
    const char *found = strstr(said, expected);
    if (!found)
        printf("# said: %s", said);
    return mistakes == 1 && found && strstr(told, "last|one\n");
}

static void directives(void)
{
    CHECK(reads("", ""));
    CHECK(reads("\n\n  \n\t\n", ""));
    CHECK(reads("listen plain 7777\n", "listen|plain|7777\n"));
    CHECK(reads("one\ntwo three", "one\ntwo|three\n"));
    CHECK(reads("  one \t two\t\n", "one|two\n"));
    CHECK(reads("one\r\ntwo\r\n", "one\ntwo\n"));
}

static void comments(void)
{
    CHECK(reads("# nothing\n   # nothing\none # two\n", "one\n"));
    CHECK(reads("one two#three #four\n", "one|two#three\n"));
    CHECK(reads("#\n##\none#\n", "one#\n"));
}

static void quotes(void)
{
    CHECK(reads("motd \"two words\" three\n", "motd|two words|three\n"));
    CHECK(reads("join \"#room\"\n", "join|#room\n"));
    CHECK(reads("empty \"\" \"\"\n", "empty||\n"));
    CHECK(reads("in\"the\"middle 5\"\n", "in\"the\"middle|5\"\n"));
    CHECK(reads("\"first\" \"#\" # comment \"\n", "first|#\n"));
}

static void rests(void)
{
    CHECK(reads("topic Hello,  \"world\"  # yes  \n", "topic|Hello,|world\n"));
    CHECK(strcmp(rest, "Hello,  \"world\"") == 0);
    CHECK(reads("topic   \"x y\"\tz\n", "topic|x y|z\n"));
    CHECK(strcmp(rest, "\"x y\"\tz") == 0);
    char many[200] = "";
    for (int i = 0; i < CONFIG_MAX_WORDS; i++)
        strcat(many, "w ");
    CHECK(reads(many, "w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w\n"));
    strcat(many, "last # comment");
    CHECK(reads(many, "w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w|w\n"));
    CHECK(strcmp(rest + strlen(rest) - 7, " w last") == 0);
}

static void mistakes(void)
{
    CHECK(complains("one\nbad thing", 2, "no such directive"));
    CHECK(complains("\n\n\nmotd \"open", 4, "a quote (\") is opened and never closed"));
    CHECK(complains("motd \"closed\"then", 1, "a closing quote (\") is followed by more of the word"));
    CHECK(read_bytes("bad\ngood\nbad\nbad", 16) == 3);
}

static void zero_bytes(void)
{
    static const char text[] = "one\ntw\0o\nthree\n";
    CHECK(read_bytes(text, sizeof text - 1) == 1);
    CHECK(strcmp(told, "one\nthree\n") == 0);
    CHECK(strstr(said, ":2: a zero byte") != NULL);
    CHECK(read_bytes("one\n\0", 5) == 1);
    CHECK(read_bytes("\0one\n", 5) == 1 && told[0] == '\0');
}

static void files(void)
{
    CHECK(config_read_file("/nonexistent/forkchat.conf", take, told) == -1 && errno == ENOENT);
    CHECK(config_read_file("/", take, told) == -1 && errno == EISDIR);
    size_t size = (1 << 20) + 1;
    char *large = malloc(size);
    memset(large, '\n', size);
    CHECK(read_bytes(large, size) == -1);
    CHECK(read_bytes(large, size - 1) == 0);
    free(large);
}

static void options(void)
{
    int saved = listen_to_log();
    CHECK(config_read_option("listen plain 7777", take, told) == 0);
    CHECK(config_read_option("", take, told) == 0);
    CHECK(config_read_option("  # nothing", take, told) == 0);
    CHECK(config_read_option("bad", take, told) == 1);
    stop_listening(saved);
    CHECK(strcmp(told, "listen|plain|7777\nbad\n") == 0);
    CHECK(strstr(said, "-o: no such directive\n") != NULL);
}

int main(void)
{
    snprintf(path, sizeof path, "/tmp/forkchat-unit-%ld.conf", (long)getpid());
    CASE("a directive is a line of words; blank lines and CR are nothing", directives);
    CASE("a comment begins at a # that starts a word", comments);
    CASE("quotes keep blanks and # in a word", quotes);
    CASE("the rest of a line is as it was written", rests);
    CASE("every mistake is told with its place, and reading goes on", mistakes);
    CASE("a zero byte is a mistake and hides nothing behind it", zero_bytes);
    CASE("a file that is missing, no file or too large cannot be read", files);
    CASE("a directive from the command line is read the same way", options);
    CHECK_DONE();
}
