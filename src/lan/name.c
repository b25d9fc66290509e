/* Names from strangers. Used by every process of forkchat-lan; keeps no state. */
#include "lan/name.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* Well-formed UTF-8 in which nothing drives a terminal, turns the reading direction or hides. */
static bool is_plain(const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t used;
        int32_t point = text_decode(bytes + at, length - at, &used);
        if (point < ' ' || (point >= 0x7f && point < 0xa0) || (point >= 0x200b && point <= 0x200f) ||
            (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) ||
            point == 0xfeff)
            return false;
        at += used;
    }
    return true;
}

bool name_is_peer(const char *name, size_t length)
{
    if (length < 1 || length > NAME_PEER_MAX || (length == 1 && name[0] == '*'))
        return false;
    if (name[0] == ' ' || name[length - 1] == ' ')
        return false;
    return !memchr(name, ':', length) && !memchr(name, '/', length) && is_plain(name, length);
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

void name_keep(const char *name, char kept[NAME_FILE_MAX + 1])
{
    text_copy(kept, NAME_FILE_MAX + 1, name);
    if (kept[0] == '.' || kept[0] == '-')
        kept[0] = '_';
}
