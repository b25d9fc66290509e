/* Names from strangers. Used by every process of forkchat-lan; keeps no state. */
#include "lan/name.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/lookalike.h"
#include "base/text.h"
#include "base/unicode.h"

/* Well-formed UTF-8 in which nothing drives a terminal, turns the reading direction or hides. */
static bool is_plain(const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t used;
        int32_t point = text_decode(bytes + at, length - at, &used);
        if (point < ' ' || (point >= 0x7f && point < 0xa0) || (point >= 0x200b && point <= 0x200f) ||
            (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) || point == 0xfeff)
            return false;
        at += used;
    }
    return true;
}

/* In front of "bob > hello" must not stand what could be the end of another line, nor look like it. */
static bool may_name_peer(int32_t point)
{
    if (point < 0x80)
        return point >= ' ' && point < 0x7F && !strchr(":/<>", (char)point);
    return lookalike_may_name(point) || (point >= 0x1F000 && unicode_is_pictograph(point));
}

bool name_is_peer(const char *name, size_t length)
{
    char copy[NAME_PEER_MAX + 1];
    if (length < 1 || length > NAME_PEER_MAX || (length == 1 && name[0] == '*'))
        return false;
    if (name[0] == ' ' || name[length - 1] == ' ')
        return false;
    for (size_t at = 0, used; at < length; at += used) {
        int32_t point = text_decode(name + at, length - at, &used);
        if (!may_name_peer(point) || (point == ' ' && name[at + 1] == ' '))
            return false;
    }
    memcpy(copy, name, length);
    copy[length] = '\0';
    return text_is_ascii(copy) || lookalike_is_one_script(copy);
}

bool name_is_file(const char *name, size_t length)
{
    if (length < 1 || length > NAME_FILE_MAX || memchr(name, '/', length))
        return false;
    if (name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.')))
        return false;
    return is_plain(name, length);
}

bool name_is_path(const char *path, size_t length)
{
    if (length > NAME_PATH_MAX)
        return false;
    for (int depth = 0; depth < NAME_PATH_DEPTH; depth++) {
        const char *slash = memchr(path, '/', length);
        size_t part = slash ? (size_t)(slash - path) : length;
        if (!name_is_file(path, part))
            return false;
        if (!slash)
            return true;
        path += part + 1;
        length -= part + 1;
    }
    return false;
}

/* Puts the name in the folder `path`, of `length` bytes ("" here), that is the same as `name` into `found`. */
static bool look_up(const char *path, size_t length, const char *name, struct text *found)
{
    char folder[PATH_MAX];
    const struct dirent *entry;
    bool known = false;
    snprintf(folder, sizeof folder, "%.*s", length ? (int)length : 1, length ? path : ".");
    DIR *all = opendir(folder);
    while (all && !known && (entry = readdir(all)))
        if ((known = unicode_is_same(entry->d_name, name)))
            text_add(found, entry->d_name);
    if (all)
        closedir(all);
    return known;
}

const char *name_on_disk(const char *path, char found[PATH_MAX])
{
    struct stat there;
    struct text text;
    text_init(&text, found, PATH_MAX);
    if (text_is_ascii(path) || lstat(path, &there) == 0)
        return path;
    for (const char *at = path; *at;) {
        char part[NAME_MAX + 1];
        size_t slashes = strspn(at, "/"), length = strcspn(at + slashes, "/"), folder = text.length + slashes;
        text_add_bytes(&text, at, slashes);
        if (length > NAME_MAX || text.cut)
            return path;
        snprintf(part, sizeof part, "%.*s", (int)length, at + slashes);
        text_add(&text, part);
        if (lstat(found, &there) != 0) { /* it is composed in another way, or not there */
            text.length = folder;
            found[folder] = '\0';
            if (!look_up(found, folder, part, &text))
                return path;
        }
        at += slashes + length;
    }
    return text.cut ? path : found;
}

void name_keep(const char *name, char kept[NAME_FILE_MAX + 1])
{
    text_copy(kept, NAME_FILE_MAX + 1, name);
    if (kept[0] == '.' || kept[0] == '-')
        kept[0] = '_';
}

/* Where the extension of a file's name begins: the last, or the last two of "a.tar.gz". */
static size_t extension(const char *name)
{
    const char *dot = strrchr(name, '.');
    if (!dot || dot == name)
        return strlen(name);
    size_t at = (size_t)(dot - name);
    return at > 4 && strncmp(dot - 4, ".tar", 4) == 0 ? at - 4 : at;
}

bool name_number(char kept[NAME_FILE_MAX + 1], const char *name, bool folder, int number)
{
    char plain[NAME_FILE_MAX + 1], bytes[NAME_FILE_MAX + 1];
    struct text suffix, whole;
    name_keep(name, plain);
    size_t base = folder ? strlen(plain) : extension(plain);
    text_init(&suffix, bytes, sizeof bytes);
    text_addf(&suffix, " (%d)%s", number, plain + base);
    if (suffix.cut || suffix.length >= NAME_FILE_MAX || number >= 1000)
        return false;
    /* A name may have no more bytes than that: it ends earlier then. */
    size_t room = NAME_FILE_MAX - suffix.length;
    base = text_boundary(plain, base, base < room ? base : room);
    text_init(&whole, kept, NAME_FILE_MAX + 1);
    text_add_bytes(&whole, plain, base);
    text_add(&whole, bytes);
    return true;
}
