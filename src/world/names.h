/* What may be a nick and what a channel. */
#ifndef FORKCHAT_WORLD_NAMES_H
#define FORKCHAT_WORLD_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Sizes in bytes, with the zero byte. The largest that the tables can hold; settings may allow less. */
#define NICK_SIZE    64
#define CHANNEL_SIZE 65

#define LOBBY_NAME "#lobby"

enum name_result {
    NAME_OK,
    NAME_EMPTY,
    NAME_TOO_LONG,
    NAME_BAD_START,     /* a nick starts with a letter or one of []\`_^{|} */
    NAME_BAD_CHARACTER, /* after that also digits and - */
    NAME_BRACKETS,      /* []{} in pairs only: "[dan] hello" must not be said by somebody else than dan */
    NAME_MIXED,         /* letters of several scripts, as no language has them */
    NAME_RESERVED,      /* would be taken for something else: server, you, all, tous, guest7 */
};

/* Whether `nick` may be a nick of at most `longest` bytes. RFC 2812 section 2.3.1; beside ASCII, letters of one script
 * (lookalike.h), composed (unicode_compose). */
enum name_result name_check_nick(const char *nick, size_t longest);

/* Whether `name` may be a channel: # and up to 63 bytes of UTF-8 without comma and colon, all of which can be seen: no
 * blanks, controls, format characters, nothing that is not assigned. RFC 2812 section 1.3. */
bool name_is_channel(const char *name);

/* The name an unnamed user has for those who need one that is a nick. */
void name_guest(unsigned user, char nick[NICK_SIZE]);

/* Whether it may be the name of a server: 1 to 63 letters, digits, dots and dashes. */
bool name_is_server(const char *word);

#endif
