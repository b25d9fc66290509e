/* What arrives from the other side, all the way to the screen: whatever it is, the rows of a frame hold nothing
 * but harmless characters and our own colours, and fit the screen. The first byte chooses the door and the size. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/port.h"
#include "base/text.h"
#include "client/frame.h"
#include "client/session.h"
#include "client/view.h"
#include "base/unicode.h"
#include "base/width.h"
#include "driver.h"

static void check_row(const char *row, int columns)
{
    size_t length = strlen(row), used;
    int width = 0;
    for (size_t at = 0; at < length; at += used) {
        used = 1;
        if (row[at] == '\033') {
            used = 2 + strspn(row + at + 2, "0123456789;") + 1;
            CLAIM(row[at + 1] == '[' && row[at + used - 1] == 'm');
            continue;
        }
        int32_t point = text_decode(row + at, length - at, &used);
        CLAIM(point >= 0 && !width_is_trouble(point));
        width += unicode_width(point);
    }
    CLAIM(width <= columns);
}

static void draw(struct session *session, int rows, int columns)
{
    static struct frame frame;
    static struct layout layout;
    static struct edit edit;
    if (frame_resize(&frame, rows, columns))
        return;
    frame.colour = true;
    for (int i = 0; i < session->windows.count; i++) {
        windows_show(&session->windows, i);
        frame_draw(&frame, &layout, session, &(struct frame_line){.edit = &edit});
        for (int row = 0; row < frame.rows; row++)
            check_row(frame.row[row], frame.columns);
        view_scroll(windows_current(&session->windows), &layout, frame_view_rows(&frame), frame.columns, -3);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char welcome[] = ":s 001 alice :hi\r\n:alice!u@h JOIN #x\r\n";
    struct options options = {
        .nick = "alice", .host = "fuzz", .real_name = "x", .channels = {"#x"}, .channel_count = 1};
    struct session session;
    char drain[65536];
    int ends[2];
    if (size < 1 || size > 60000 || port_socketpair(SOCK_STREAM, ends))
        return 0;
    options.door = (enum door)(data[0] % 4);
    options.door_is_known = data[0] & 4;
    if (session_init(&session, &options))
        abort();
    session.interactive = true;
    session_adopt(&session, ends[0]);
    fd_set_nonblocking(ends[1]);
    bool welcomed = options.door == DOOR_IRC && (data[0] & 8);
    if ((welcomed && write(ends[1], welcome, sizeof welcome - 1) < 0) || write(ends[1], data + 1, size - 1) < 0)
        abort();
    for (int i = 0; i < 6 && session.state != SESSION_ENDED; i++) {
        session_work(&session, POLLIN);
        while (read(ends[1], drain, sizeof drain) > 0)
            ;
    }
    draw(&session, 1 + data[0] % 24, 2 + data[size - 1] % 90);
    session_free(&session);
    close(ends[1]);
    return 0;
}
