/* The line being typed, and the keys that make it. */
#include <string.h>

#include "base/clock.h"
#include "base/unicode.h"
#include "base/width.h"
#include "check.h"
#include "tty/edit.h"
#include "tty/keys.h"

static struct edit edit;

static void type(const char *text)
{
    edit_insert(&edit, text, strlen(text));
}

static void fresh(const char *text)
{
    edit_free(&edit);
    edit_init(&edit);
    type(text);
}

#define IS(expected) CHECK(strcmp(edit.text, expected) == 0)

static void moving(void)
{
    fresh("ae\xCC\x81\xE6\xBC\xA2z"); /* a, e with an accent put on it, a wide character, z */
    edit_left(&edit);
    edit_left(&edit);
    CHECK(edit.cursor == 4);
    edit_left(&edit);
    CHECK(edit.cursor == 1);
    edit_right(&edit);
    CHECK(edit.cursor == 4);
    edit_rub_out(&edit);
    IS("a\xE6\xBC\xA2z");
    edit_delete(&edit);
    IS("az");
    edit_home(&edit);
    edit_left(&edit);
    CHECK(edit.cursor == 0);
    edit_end(&edit);
    edit_right(&edit);
    CHECK(edit.cursor == 2);
}

static void killing(void)
{
    fresh("one two  three");
    edit_kill_word(&edit);
    IS("one two  ");
    edit_kill_word(&edit);
    IS("one ");
    edit_yank(&edit);
    IS("one two  ");
    edit_word_left(&edit);
    CHECK(edit.cursor == 4);
    edit_kill_to_start(&edit);
    IS("two  ");
    edit_kill_to_end(&edit);
    IS("");
    edit_yank(&edit);
    edit_yank(&edit);
    IS("two  two  ");
    fresh("ab");
    edit_transpose(&edit);
    IS("ba");
    fresh("one two");
    edit_home(&edit);
    edit_kill_word_right(&edit);
    IS(" two");
}

static void remembering(void)
{
    char line[EDIT_SIZE];
    fresh("first");
    edit_take(&edit, line);
    CHECK(strcmp(line, "first") == 0);
    IS("");
    type("second");
    edit_take(&edit, line);
    type("draft");
    edit_older(&edit);
    IS("second");
    edit_older(&edit);
    edit_older(&edit);
    IS("first");
    edit_newer(&edit);
    edit_newer(&edit);
    edit_newer(&edit);
    IS("draft");
    for (int i = 0; i < EDIT_HISTORY + 50; i++) {
        char text[32];
        fresh("");
        snprintf(text, sizeof text, "line %d", i);
        type(text);
        edit_take(&edit, line);
    }
    CHECK(edit.history_count <= EDIT_HISTORY);
}

static void forgetting(void)
{
    char line[EDIT_SIZE];
    fresh("");
    for (int i = 0; i < EDIT_HISTORY + 50; i++) {
        char text[32];
        snprintf(text, sizeof text, "line %d", i);
        type(text);
        edit_take(&edit, line);
    }
    CHECK(edit.history_count == EDIT_HISTORY);
    edit_older(&edit);
    IS("line 249");
}

static void refusing(void)
{
    fresh("");
    type("a\033[31mb\a\r\nc\x80\xFF\xC2\x9B\xE2\x80\xAE\td");
    IS("a[31mbc d");
    fresh("");
    char many[EDIT_SIZE + 100];
    memset(many, 'x', sizeof many);
    CHECK(!edit_insert(&edit, many, sizeof many));
    CHECK(edit.length == EDIT_SIZE - 1 && strlen(edit.text) == edit.length);
    CHECK(!edit_replace(&edit, 0, 0, "y"));
}

/* --- keys --- */

static char seen[4096];

static void see(void *context, enum key key, const char *bytes, size_t length)
{
    (void)context;
    char one[300];
    if (key == KEY_TEXT || key == KEY_PASTE || key == KEY_ALT)
        snprintf(one, sizeof one, "%d=%.*s;", (int)key - KEY_TEXT, (int)length, bytes);
    else
        snprintf(one, sizeof one, "%d;", key >= KEY_TEXT ? (int)key - KEY_TEXT : -(int)key);
    strncat(seen, one, sizeof seen - strlen(seen) - 1);
}

#define NAMED(key) ((int)(key)-KEY_TEXT)

/* Feeds `bytes` in pieces of `step` and compares what came out. */
static int keys_give(const char *bytes, size_t step, const char *expected)
{
    struct keys keys;
    seen[0] = '\0';
    keys_init(&keys);
    for (size_t at = 0; at < strlen(bytes); at += step) {
        size_t rest = strlen(bytes) - at;
        keys_feed(&keys, bytes + at, rest < step ? rest : step, see, NULL);
    }
    int64_t now = clock_monotonic();
    keys_timeout(&keys, now - 1000 * MS, see, NULL); /* too early */
    if (keys_wait(&keys, now) >= 0)
        keys_timeout(&keys, now + keys_wait(&keys, now) * MS, see, NULL);
    CHECK(keys_wait(&keys, now) == -1);
    keys_free(&keys);
    if (strcmp(seen, expected) != 0)
        printf("# saw %s\n", seen);
    return strcmp(seen, expected) == 0;
}

static void sequences(void)
{
    char expected[200];
    for (size_t step = 1; step < 9; step++) {
        CHECK(keys_give("a\xC3\xA9\xE6\xBC\xA2", step, "0=a;0=\xC3\xA9;0=\xE6\xBC\xA2;"));
        snprintf(expected, sizeof expected, "%d;%d;%d;%d;", NAMED(KEY_UP), NAMED(KEY_END), NAMED(KEY_PAGE_UP),
                 NAMED(KEY_DELETE));
        CHECK(keys_give("\033[A\033OF\033[5~\033[3~", step, expected));
        CHECK(keys_give("\033b\001\r\n\x7f", step, "1=b;-1;-13;-13;-127;"));
        snprintf(expected, sizeof expected, "%d;0=x;", NAMED(KEY_UNKNOWN));
        CHECK(keys_give("\033[38;5;1mx", step, expected));
        CHECK(keys_give("\033[[Ax", step, expected));
        CHECK(keys_give("\xFF\xC3x", step, "0=x;"));
    }
}

static void pasting(void)
{
    char expected[200];
    for (size_t step = 1; step < 9; step++) {
        snprintf(expected, sizeof expected, "%d=two\nli\033nes;0=x;", NAMED(KEY_PASTE));
        CHECK(keys_give("\033[200~two\nli\033nes\033[201~x", step, expected));
    }
    static char large[KEYS_PASTE_LIMIT * 2 + 100];
    memset(large, 'y', sizeof large - 1);
    memcpy(large, "\033[200~", 6);
    memcpy(large + KEYS_PASTE_LIMIT * 2, "\033[201~x", 7);
    large[KEYS_PASTE_LIMIT * 2 + 7] = '\0';
    snprintf(expected, sizeof expected, "%d;0=x;", NAMED(KEY_PASTE_TOO_LONG));
    CHECK(keys_give(large, 4096, expected));
}

static void lost_end(void)
{
    char expected[200];
    snprintf(expected, sizeof expected, "%d=ab\nc;", NAMED(KEY_PASTE));
    CHECK(keys_give("\033[200~ab\nc", 3, expected));
    snprintf(expected, sizeof expected, "%d=;", NAMED(KEY_PASTE));
    CHECK(keys_give("\033[200~", 6, expected));
    /* Whoever presses Ctrl-C, because nothing moves, is heard at once; in the middle of what is pasted it is text. */
    snprintf(expected, sizeof expected, "%d=q;-3;0=x;", NAMED(KEY_PASTE));
    CHECK(keys_give("\033[200~q\003x", 1, expected));
    snprintf(expected, sizeof expected, "%d=q\003x;", NAMED(KEY_PASTE));
    CHECK(keys_give("\033[200~q\003x\033[201~", 20, expected));
}

static void lone_escape(void)
{
    char expected[200];
    snprintf(expected, sizeof expected, "%d;", NAMED(KEY_UNKNOWN));
    CHECK(keys_give("\033", 1, expected));
    CHECK(keys_give("\033[", 1, "1=[;"));
    CHECK(keys_give("\033[12;34", 3, expected));
}

/* --- widths --- */

static void widths(void)
{
    CHECK(unicode_width('a') == 1 && unicode_width(0xE9) == 1 && unicode_width(0x6F22) == 2);
    CHECK(unicode_width(0x301) == 0 && unicode_width(0x200D) == 0 && unicode_width(0xAC00) == 2);
    CHECK(unicode_width(0x2500) == 1 && unicode_width(0x410) == 1 && unicode_width(0x10FFFF) == 1);
    CHECK(unicode_width(0x1F600) == 2 && unicode_width(0xFF21) == 2 && unicode_width(0x200F) == 0);
    CHECK(width_of_text("e\xCC\x81\xE6\xBC\xA2!", 7) == 4);
    CHECK(width_is_trouble(0x1B) && width_is_trouble(0x9B) && width_is_trouble(0x202E));
    CHECK(!width_is_trouble('a') && !width_is_trouble(0x6F22) && !width_is_trouble(0x200F));
}

static bool row_is(const char *text, int columns, const char *row, const char *rest)
{
    size_t next, length = width_row(text, strlen(text), columns, &next);
    return length == strlen(row) && memcmp(text, row, length) == 0 && strcmp(text + next, rest) == 0;
}

static void rows(void)
{
    CHECK(row_is("one two three", 80, "one two three", "") && row_is("", 80, "", ""));
    CHECK(row_is("one two three", 9, "one two", "three") && row_is("one two three", 7, "one two", "three"));
    CHECK(row_is("one two three", 8, "one two", "three") && row_is("one   two", 4, "one", "two"));
    CHECK(row_is("abcdefgh ij", 4, "abcd", "efgh ij") && row_is("  ab cd", 4, "  ab", "cd"));
    CHECK(row_is("\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2", 5, "\xE6\xBC\xA2\xE6\xBC\xA2", "\xE6\xBC\xA2"));
    CHECK(row_is("\xE6\xBC\xA2", 1, "\xE6\xBC\xA2", "")); /* one character at least */
    CHECK(row_is("e\xCC\x81!", 1, "e\xCC\x81", "!"));
}

int main(void)
{
    CASE("the cursor moves by what the eye takes for one character", moving);
    CASE("what is killed can be yanked", killing);
    CASE("lines come back from the history, and so does the draft", remembering);
    CASE("the history keeps so many lines and no more", forgetting);
    CASE("control characters and broken UTF-8 do not get into the line, nor too much of anything", refusing);
    CASE("keys come out the same however their bytes are cut into reads", sequences);
    CASE("a paste comes out whole, and one that is too long not at all", pasting);
    CASE("a paste whose end is lost is over when nothing more comes, or at Ctrl-C", lost_end);
    CASE("an escape alone is found out by the clock", lone_escape);
    CASE("characters take the columns that terminals give them", widths);
    CASE("a row is whole words, or whole characters where a word is too long", rows);
    edit_free(&edit);
    CHECK_DONE();
}
