/* What a session shows, and adds to its journal. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/harmless.h"
#include "base/text.h"
#include "message.h"
#include "session.h"

static void write_journal(struct session *session, const struct window *window, const struct line *line)
{
    char stamp[32];
    time_t seconds = (time_t)(line->time / 1000);
    struct tm local;
    if (!localtime_r(&seconds, &local) || !strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &local))
        return;
    char name[WINDOW_NAME_SIZE * 3];
    struct text text;
    text_init(&text, name, sizeof name);
    harmless_add_readable(&text, window->name, strlen(window->name));
    const char *pattern = line->kind == LINE_MESSAGE || line->kind == LINE_PRIVATE ? "%s %s <%s> %s\n"
                          : line->kind == LINE_NOTICE                              ? "%s %s -%s- %s\n"
                                                                                   : "%s %s * %s%s\n";
    char nick[OPTIONS_NICK_SIZE * 3 + 2];
    snprintf(nick, sizeof nick, "%s%s", line->nick, line->kind == LINE_ACTION ? " " : "");
    fprintf(session->journal, pattern, stamp, name, nick, line->text);
    if (fd_flush(session->journal)) {
        int error = errno;
        fclose(session->journal);
        session->journal = NULL;
        session_complain(session, "the log has ended: %s", strerror(error));
    }
}

void session_show(struct session *session, struct window *window, const struct line *line)
{
    struct line copy = *line;
    bool current = window == windows_current(&session->windows);
    if (!copy.time)
        copy.time = clock_realtime();
    const struct line *shown = window_add(window, &copy, current && session->interactive);
    if (!shown)
        return;
    session->changed = true;
    if (shown->highlight && !shown->own)
        session->bell = true;
    if (session->journal)
        write_journal(session, window, shown);
    if (session->shown)
        session->shown(session->context, window, shown);
}

struct window *session_server_window(struct session *session)
{
    return session->windows.list[0];
}

void session_show_own(struct session *session, const char *text)
{
    session_show(session, session_server_window(session),
                 &(struct line){.kind = LINE_MESSAGE, .own = true, .nick = session->nick, .text = (char *)text});
}

static void show_formatted(struct session *session, struct window *window, enum line_kind kind, const char *format,
                           va_list arguments)
{
    char text[2048];
    vsnprintf(text, sizeof text, format, arguments);
    session_show(session, window, &(struct line){.kind = kind, .nick = NULL, .text = text});
}

#define FORMATTED(window, kind)                                                                                        \
    do {                                                                                                               \
        va_list arguments;                                                                                             \
        va_start(arguments, format);                                                                                   \
        show_formatted(session, window, kind, format, arguments);                                                      \
        va_end(arguments);                                                                                             \
    } while (0)

void session_showf(struct session *session, struct window *window, enum line_kind kind, const char *format, ...)
{
    FORMATTED(window, kind);
}

void session_tell(struct session *session, const char *format, ...)
{
    FORMATTED(windows_current(&session->windows), LINE_SERVER);
}

void session_complain(struct session *session, const char *format, ...)
{
    FORMATTED(windows_current(&session->windows), LINE_ERROR);
}

bool session_ignores(const struct session *session, const char *nick, const char *user, const char *host)
{
    char whole[512];
    snprintf(whole, sizeof whole, "%s!%s@%s", nick, user, host);
    for (int i = 0; i < session->ignore_count; i++)
        if (message_match(session->ignores[i], strpbrk(session->ignores[i], "!@") ? whole : nick))
            return true;
    return false;
}

static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) || c == '_' ||
           c == '-';
}

/* Our nick as a word of its own. */
bool session_names_us(const struct session *session, const char *text)
{
    size_t length = strlen(session->nick);
    for (const char *at = text; *at && length; at++) {
        size_t i = 0;
        while (i < length && at[i] && text_fold((unsigned char)at[i]) == text_fold((unsigned char)session->nick[i]))
            i++;
        if (i == length && (at == text || !is_word_byte(at[-1])) && !is_word_byte(at[length]))
            return true;
    }
    return false;
}

int session_journal(struct session *session, const char *path)
{
    if (session->journal)
        fclose(session->journal);
    session->journal = NULL;
    if (!path)
        return 0;
    /* What people tell each other is nobody else's business: 0600. Never wait for a fifo's reader. */
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0)
        return -1;
    session->journal = fdopen(fd, "a");
    if (session->journal)
        return 0;
    close(fd);
    return -1;
}
