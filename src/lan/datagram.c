/* The datagrams' grammar. Everything here comes from strangers: each field is checked before it is kept.
 * Runs in the peer's main process; keeps no state. */
#include "lan/datagram.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/parse.h"

#define SIZE_MOST ((int64_t)1 << 50)
#define TIME_MOST ((int64_t)1 << 40)

bool datagram_is_hex(const char *text, size_t digits)
{
    return strlen(text) == digits && strspn(text, "0123456789abcdef") == digits;
}

static bool is_address(const char *text)
{
    struct in6_addr any;
    return inet_pton(AF_INET, text, &any) == 1 || inet_pton(AF_INET6, text, &any) == 1;
}

/* The next field: fields are parted by exactly one blank, so that a name that begins with one survives. */
static char *next_field(char **rest)
{
    char *field = *rest, *end = strchr(field, ' ');
    if (!end)
        return NULL;
    *end = '\0';
    *rest = end + 1;
    return field;
}

static bool take_number(char **rest, int64_t least, int64_t most, int64_t *value)
{
    const char *word = next_field(rest);
    return word && parse_number(word, least, most, value);
}

static bool take_time(char **rest, int64_t *value)
{
    const char *word = next_field(rest);
    return word && parse_signed(word, -TIME_MOST, TIME_MOST, value);
}

static bool take_hex(char **rest, char *to, size_t digits)
{
    const char *word = next_field(rest);
    if (!word || !datagram_is_hex(word, digits))
        return false;
    return text_copy(to, digits + 1, word);
}

static bool take_name(const char *rest, struct datagram_card *card)
{
    return name_is_file(rest, strlen(rest)) && text_copy(card->name, sizeof card->name, rest);
}

/* ID ADDRESS PORT SIZE FLAGS HASH NAME */
static bool take_offer(char *rest, struct datagram_card *card)
{
    int64_t port;
    if (!take_hex(&rest, card->id, DATAGRAM_ID_SIZE - 1))
        return false;
    const char *address = next_field(&rest);
    if (!address || !is_address(address) || !text_copy(card->address, sizeof card->address, address))
        return false;
    if (!take_number(&rest, 1, 65535, &port) || !take_number(&rest, 0, SIZE_MOST, &card->size))
        return false;
    card->port = (uint16_t)port;
    const char *flags = next_field(&rest);
    if (!flags)
        return false;
    card->password = strchr(flags, 'p');
    card->tree = strchr(flags, 'd');
    return take_hex(&rest, card->hash, SHA256_HEX_SIZE - 1) && take_name(rest, card);
}

/* ID PORT SIZE MODE MTIME HASH NAME */
static bool take_cast(char *rest, struct datagram_card *card)
{
    int64_t port, mode;
    if (!take_hex(&rest, card->id, DATAGRAM_ID_SIZE - 1) || !take_number(&rest, 1, 65535, &port) ||
        !take_number(&rest, 0, SIZE_MOST, &card->size) || !take_number(&rest, 0, 0777, &mode) ||
        !take_time(&rest, &card->changed))
        return false;
    card->port = (uint16_t)port;
    card->mode = (unsigned)mode;
    return take_hex(&rest, card->hash, SHA256_HEX_SIZE - 1) && take_name(rest, card);
}

/* The verbs of our own, and what their text must be. */
static enum datagram_kind read_verb(const char *verb, char *rest, struct datagram_card *card)
{
    if (strcmp(verb, "/peer") == 0) {
        if (datagram_is_hex(rest, DATAGRAM_ID_SIZE - 1))
            text_copy(card->id, sizeof card->id, rest);
        return DATAGRAM_PEER;
    }
    if (strcmp(verb, "/who") == 0)
        return DATAGRAM_WHO;
    if (strcmp(verb, "/bye") == 0)
        return DATAGRAM_BYE;
    if (strcmp(verb, "/offer") == 0)
        return take_offer(rest, card) ? DATAGRAM_OFFER : DATAGRAM_IGNORED;
    if (strcmp(verb, "/withdraw") == 0)
        return datagram_is_hex(rest, DATAGRAM_ID_SIZE - 1) && text_copy(card->id, sizeof card->id, rest)
                   ? DATAGRAM_WITHDRAW
                   : DATAGRAM_IGNORED;
    if (strcmp(verb, "/cast") == 0)
        return take_cast(rest, card) ? DATAGRAM_CAST : DATAGRAM_IGNORED;
    return DATAGRAM_IGNORED;
}

static bool is_verb(const char *bytes, size_t length)
{
    if (length < 2 || length > NAME_PEER_MAX || bytes[0] != '/')
        return false;
    for (size_t i = 1; i < length; i++)
        if (bytes[i] < 'a' || bytes[i] > 'z')
            return false;
    return true;
}

static void copy_part(char *to, const char *bytes, size_t length)
{
    memcpy(to, bytes, length);
    to[length] = '\0';
}

static bool read_announce(const char *bytes, size_t length, struct datagram *datagram)
{
    if (length < 2 || bytes[0] != ':')
        return false;
    /* Some senders end the line, some do not. */
    if (bytes[length - 1] == '\n')
        length--;
    if (bytes[length - 1] == '\r')
        length--;
    if (!name_is_peer(bytes + 1, length - 1))
        return false;
    copy_part(datagram->sender, bytes + 1, length - 1);
    datagram->kind = DATAGRAM_ANNOUNCE;
    return true;
}

void datagram_read(const char *bytes, size_t length, struct datagram *datagram)
{
    memset(datagram, 0, sizeof *datagram);
    datagram->kind = DATAGRAM_RAW;
    datagram->text = bytes;
    datagram->text_length = length;
    if (length == 0 || read_announce(bytes, length, datagram))
        return;
    bool line = bytes[length - 1] == '\n';

    const char *first = memchr(bytes, ':', length);
    size_t sender = first ? (size_t)(first - bytes) : 0;
    if (!first || !name_is_peer(bytes, sender))
        return;
    const char *recipient = first + 1;
    const char *second = memchr(recipient, ':', length - sender - 1);
    if (!second)
        return;
    size_t recipient_length = (size_t)(second - recipient);
    const char *text = second + 1;
    size_t text_length = (size_t)(bytes + length - text);
    if (line && text_length > 0)
        text_length--;
    while (text_length > 0 && text[text_length - 1] == '\r')
        text_length--;

    bool everyone = recipient_length == 1 && *recipient == '*';
    if (line && (everyone || name_is_peer(recipient, recipient_length))) {
        datagram->kind = DATAGRAM_MESSAGE;
    } else if (is_verb(recipient, recipient_length)) {
        char fields[DATAGRAM_SEND_MAX + 1];
        if (text_length >= sizeof fields || memchr(text, '\0', text_length)) {
            datagram->kind = DATAGRAM_IGNORED;
        } else {
            char verb[NAME_PEER_MAX + 1];
            copy_part(verb, recipient, recipient_length);
            copy_part(fields, text, text_length);
            datagram->kind = read_verb(verb, fields, &datagram->card);
        }
    } else {
        return;
    }
    copy_part(datagram->sender, bytes, sender);
    copy_part(datagram->recipient, recipient, recipient_length);
    datagram->text = text;
    datagram->text_length = text_length;
}

void datagram_write(const struct datagram *datagram, struct text *text)
{
    const struct datagram_card *card = &datagram->card;
    switch (datagram->kind) {
    case DATAGRAM_ANNOUNCE:
        text_addf(text, ":%s", datagram->sender);
        return;
    case DATAGRAM_MESSAGE:
        text_addf(text, "%s:%s:", datagram->sender, datagram->recipient);
        text_add_bytes(text, datagram->text, datagram->text_length);
        text_add(text, "\n");
        return;
    case DATAGRAM_PEER:
        text_addf(text, "%s:/peer:%s", datagram->sender, card->id);
        return;
    case DATAGRAM_WHO:
        text_addf(text, "%s:/who:", datagram->sender);
        return;
    case DATAGRAM_BYE:
        text_addf(text, "%s:/bye:", datagram->sender);
        return;
    case DATAGRAM_OFFER:
        text_addf(text, "%s:/offer:%s %s %u %lld %s%s%s %s %s", datagram->sender, card->id, card->address, card->port,
                  (long long)card->size, card->password ? "p" : "", card->tree ? "d" : "",
                  card->password || card->tree ? "" : "-", card->hash, card->name);
        return;
    case DATAGRAM_WITHDRAW:
        text_addf(text, "%s:/withdraw:%s", datagram->sender, card->id);
        return;
    case DATAGRAM_CAST:
        text_addf(text, "%s:/cast:%s %u %lld %u %lld %s %s", datagram->sender, card->id, card->port,
                  (long long)card->size, card->mode, (long long)card->changed, card->hash, card->name);
        return;
    case DATAGRAM_RAW:
    case DATAGRAM_IGNORED:
        text_add_bytes(text, datagram->text, datagram->text_length);
        return;
    }
}
