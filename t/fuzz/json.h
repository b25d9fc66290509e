/* Whether text is one JSON value and nothing else (RFC 8259), by a few functions of its own. */
#ifndef FORKCHAT_T_FUZZ_JSON_H
#define FORKCHAT_T_FUZZ_JSON_H

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

static const char *json_value(const char *at, int depth);

/* Each of these returns what follows, or NULL if it is none. */
static const char *json_string(const char *at)
{
    if (*at++ != '"')
        return NULL;
    while (*at != '"') {
        if ((unsigned char)*at < ' ')
            return NULL;
        if (*at++ != '\\')
            continue;
        if (*at == 'u' && strspn(at + 1, "0123456789abcdefABCDEF") >= 4)
            at += 5;
        else if (*at && strchr("\"\\/bfnrt", *at))
            at++;
        else
            return NULL;
    }
    return at + 1;
}

static const char *json_number(const char *at)
{
    static const char digits[] = "0123456789";
    at += *at == '-';
    if (!*at || !strchr(digits, *at))
        return NULL;
    at += *at == '0' ? 1 : strspn(at, digits);
    if (*at == '.' && strspn(at + 1, digits))
        at += 1 + strspn(at + 1, digits);
    return *at && strchr(".eE", *at) ? NULL : at; /* exponents we never write */
}

static const char *json_list(const char *at, char end, int depth)
{
    if (*++at == end)
        return at + 1;
    for (;; at++) {
        if (end == '}' && (!(at = json_string(at)) || *at++ != ':'))
            return NULL;
        at = json_value(at, depth + 1);
        if (!at || *at == end)
            return at ? at + 1 : NULL;
        if (*at != ',')
            return NULL;
    }
}

static const char *json_value(const char *at, int depth)
{
    static const char *const words[] = {"true", "false", "null"};
    if (depth > 10)
        return NULL;
    if (*at == '"')
        return json_string(at);
    if (*at == '{' || *at == '[')
        return json_list(at, *at == '{' ? '}' : ']', depth);
    for (int i = 0; i < 3; i++)
        if (strncmp(at, words[i], strlen(words[i])) == 0)
            return at + strlen(words[i]);
    return json_number(at);
}

/* An object on its own, in UTF-8, with nothing in it that drives a terminal. */
static bool json_is_object(const char *text)
{
    const char *end = *text == '{' ? json_value(text, 0) : NULL;
    return end && !*end && text_is_utf8(text, strlen(text)) && !strchr(text, '\x7f');
}

#endif
