/* IRC messages taken apart. Knows no state. */
#include "message.h"

#include <string.h>

#include "base/text.h"

/* Ends the word at `at` with a zero byte; returns what follows the blanks behind it. */
static char *end_word(char *at)
{
    at += strcspn(at, " ");
    while (*at == ' ')
        *at++ = '\0';
    return at;
}

static int number(const char *digits, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return -1;
        value = value * 10 + digits[i] - '0';
    }
    return value;
}

/* Days since 1970 of a date in the Gregorian calendar: years that start in March put the leap day last. */
static int64_t days(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = month <= 2 ? month + 9 : month - 3;
    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day - 1 - 719468;
}

int64_t message_time(const char *stamp)
{
    size_t length = strlen(stamp);
    if (length < 20 || stamp[4] != '-' || stamp[7] != '-' || stamp[10] != 'T' || stamp[13] != ':' || stamp[16] != ':' ||
        stamp[length - 1] != 'Z')
        return 0;
    int year = number(stamp, 4), month = number(stamp + 5, 2), day = number(stamp + 8, 2);
    int hour = number(stamp + 11, 2), minute = number(stamp + 14, 2), second = number(stamp + 17, 2);
    int milli = length == 24 && stamp[19] == '.' ? number(stamp + 20, 3) : 0;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59 || second < 0 || second > 60 || milli < 0)
        return 0;
    return (((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000 + milli;
}

static char *take_tags(char *line, struct message *message)
{
    char *rest = end_word(line);
    for (char *tag = line + 1, *next; tag; tag = next) {
        next = strchr(tag, ';');
        if (next)
            *next++ = '\0';
        if (strncmp(tag, "time=", 5) == 0)
            message->time = message_time(tag + 5);
        else if (strncmp(tag, "msgid=", 6) == 0)
            message->id = tag + 6;
    }
    return rest;
}

static char *take_prefix(char *line, struct message *message)
{
    char *rest = end_word(line);
    message->nick = line + 1;
    char *host = strchr(message->nick, '@');
    if (host) {
        *host = '\0';
        message->host = host + 1;
    }
    char *user = strchr(message->nick, '!');
    if (user) {
        *user = '\0';
        message->user = user + 1;
    }
    return rest;
}

bool message_parse(char *line, struct message *message)
{
    static char empty[1];
    *message = (struct message){.id = empty, .nick = empty, .user = empty, .host = empty, .last = empty};
    for (int i = 0; i <= MESSAGE_MAX_PARAMETERS; i++)
        message->parameters[i] = empty;
    while (*line == ' ')
        line++;
    if (*line == '@')
        line = take_tags(line, message);
    if (*line == ':')
        line = take_prefix(line, message);
    if (!*line)
        return false;
    message->command = line;
    line = end_word(line);
    while (*line && message->count < MESSAGE_MAX_PARAMETERS) {
        bool trailing = *line == ':' || message->count == MESSAGE_MAX_PARAMETERS - 1;
        message->last = message->parameters[message->count++] = line + (*line == ':');
        if (trailing)
            break;
        line = end_word(line);
    }
    return true;
}

bool message_match(const char *mask, const char *text)
{
    const char *star = NULL, *resume = NULL;
    while (*text) {
        if (*mask == '*') {
            star = mask++;
            resume = text;
        } else if (*mask && (*mask == '?' || text_fold((unsigned char)*mask) == text_fold((unsigned char)*text))) {
            mask++;
            text++;
        } else if (star) {
            mask = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*mask == '*')
        mask++;
    return !*mask;
}
