/* What the keyboard sends: whatever it is, the line being typed stays well-formed and within its bounds, and the
 * cursor between two characters. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/port.h"
#include "base/text.h"
#include "client/terminal.h"
#include "base/width.h"
#include "driver.h"

static void check(const struct edit *edit)
{
    size_t used;
    CLAIM(edit->length < EDIT_SIZE && edit->cursor <= edit->length && !edit->text[edit->length]);
    bool met = false;
    for (size_t at = 0; at < edit->length; at += used) {
        int32_t point = text_decode(edit->text + at, edit->length - at, &used);
        CLAIM(point >= 0 && !width_is_trouble(point));
        met = met || at == edit->cursor;
    }
    CLAIM(met || edit->cursor == edit->length);
}

/* So that /log does not write files named by chance: leaves it no descriptor, or gives it back. */
static void limit_descriptors(const int ends[2], bool limited)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limited ? (rlim_t)(ends[0] > ends[1] ? ends[0] : ends[1]) + 1 : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct terminal terminal;
    struct options options = {.door = DOOR_IRC, .nick = "alice", .host = "fuzz", .real_name = "x"};
    struct session session;
    char drain[65536];
    int ends[2];
    if (port_socketpair(SOCK_STREAM, ends) || session_init(&session, &options))
        abort();
    memset(&terminal, 0, sizeof terminal);
    terminal.session = &session;
    session.interactive = true;
    session_adopt(&session, ends[0]);
    fd_set_nonblocking(ends[1]);
    if (keys_init(&terminal.keys) || frame_resize(&terminal.frame, 10, 40))
        abort();
    limit_descriptors(ends, true);
    windows_open(&session.windows, "#x", WINDOW_CHANNEL)->joined = true;
    window_join(session.windows.list[1], "bob");
    windows_show(&session.windows, 1);
    for (size_t at = 0; at < size && session.state != SESSION_ENDED; at += 7) {
        keys_feed(&terminal.keys, (const char *)data + at, size - at < 7 ? size - at : 7, terminal_key, &terminal);
        check(&terminal.edit);
    }
    frame_draw(&terminal.frame, &terminal.layout, &session, &(struct frame_line){.edit = &terminal.edit});
    while (read(ends[1], drain, sizeof drain) > 0)
        ;
    limit_descriptors(ends, false);
    keys_free(&terminal.keys);
    edit_free(&terminal.edit);
    frame_free(&terminal.frame);
    layout_free(&terminal.layout);
    free(terminal.paste);
    session_free(&session);
    close(ends[1]);
    return 0;
}
