/* The server's side of SCRAM, RFC 5802 sections 5 and 7. Run by workers; writes no shared memory. */
#include "scram.h"

#include <string.h>

#include "base64.h"
#include "text.h"

/* The value of the attribute `letter` that a message goes on with, which ends at a comma or with it; *rest is moved
 * behind that. NULL if something else stands there, or there is no room. */
static char *take_value(const char **rest, char letter, char *value, size_t size)
{
    const char *at = *rest;
    if (at[0] != letter || at[1] != '=')
        return NULL;
    size_t length = strcspn(at + 2, ",");
    if (length >= size)
        return NULL;
    memcpy(value, at + 2, length);
    value[length] = '\0';
    *rest = at + 2 + length + (at[2 + length] == ',');
    return value;
}

/* =2C and =3D stand for comma and equals sign, and nothing else may. */
static bool decode_name(char *name)
{
    char *to = name;
    for (const char *at = name; *at; at++) {
        if (*at != '=') {
            *to++ = *at;
        } else if (strncmp(at, "=2C", 3) == 0 || strncmp(at, "=3D", 3) == 0) {
            *to++ = at[1] == '2' ? ',' : '=';
            at += 2;
        } else {
            return false;
        }
    }
    *to = '\0';
    return *name;
}

static bool is_nonce(const char *nonce)
{
    const char *at = nonce;
    while (*at > ' ' && *at < 0x7f)
        at++;
    return *nonce && !*at;
}

/* "n,," or "y,,", or with a=NAME between the commas: who they want to be. */
static const char *take_header(struct scram_server *server, const char *message, char *other, size_t size)
{
    const char *rest = message + 2;
    if ((message[0] != 'n' && message[0] != 'y') || message[1] != ',')
        return NULL;
    *other = '\0';
    if (*rest == ',')
        rest++;
    else if (!take_value(&rest, 'a', other, size) || !decode_name(other) || rest[-1] != ',')
        return NULL;
    if ((size_t)(rest - message) >= sizeof server->header)
        return NULL;
    memcpy(server->header, message, (size_t)(rest - message));
    server->header[rest - message] = '\0';
    return rest;
}

bool scram_server_take_first(struct scram_server *server, const char *message)
{
    char other[SCRAM_NAME_SIZE];
    struct text talk;
    memset(server, 0, sizeof *server);
    const char *rest = take_header(server, message, other, sizeof other);
    if (!rest || strlen(rest) >= SCRAM_MESSAGE_SIZE)
        return false;
    text_init(&talk, server->talk, sizeof server->talk);
    text_addf(&talk, "%s,", rest);
    return take_value(&rest, 'n', server->name, sizeof server->name) && decode_name(server->name) &&
           take_value(&rest, 'r', server->nonce, sizeof server->nonce) && is_nonce(server->nonce) &&
           (!*other || strcmp(other, server->name) == 0);
}

bool scram_server_write_first(struct scram_server *server, const char *nonce, const unsigned char salt[SCRAM_SALT],
                              uint32_t rounds, char message[SCRAM_MESSAGE_SIZE])
{
    char encoded[BASE64_SIZE(SCRAM_SALT)], *end = server->talk + strlen(server->talk);
    struct text text;
    size_t length = strlen(server->nonce);
    if (length + strlen(nonce) >= sizeof server->nonce)
        return false;
    memcpy(server->nonce + length, nonce, strlen(nonce) + 1);
    base64_encode(encoded, sizeof encoded, salt, SCRAM_SALT);
    text_init(&text, message, SCRAM_MESSAGE_SIZE);
    text_addf(&text, "r=%s,s=%s,i=%lu", server->nonce, encoded, (unsigned long)rounds);
    text_init(&text, end, sizeof server->talk - (size_t)(end - server->talk));
    text_addf(&text, "%s,", message);
    return !text.cut;
}

/* The proof is the last attribute; extensions in front of it are part of what is proved. */
bool scram_server_take_final(struct scram_server *server, const char *message, unsigned char proof[SHA256_SIZE])
{
    char value[SCRAM_MESSAGE_SIZE], expected[BASE64_SIZE(SCRAM_NAME_SIZE)], *end = server->talk + strlen(server->talk);
    const char *rest = message, *last = strrchr(message, ',');
    struct text text;
    base64_encode(expected, sizeof expected, server->header, strlen(server->header));
    if (!take_value(&rest, 'c', value, sizeof value) || strcmp(value, expected) != 0 ||
        !take_value(&rest, 'r', value, sizeof value) || strcmp(value, server->nonce) != 0 || !last ||
        strncmp(last, ",p=", 3) != 0 || base64_decode(proof, SHA256_SIZE, last + 3, strlen(last + 3)) != SHA256_SIZE)
        return false;
    text_init(&text, end, sizeof server->talk - (size_t)(end - server->talk));
    text_add_bytes(&text, message, (size_t)(last - message));
    return !text.cut;
}

void scram_server_write_final(const unsigned char signature[SHA256_SIZE], char message[SCRAM_MESSAGE_SIZE])
{
    memcpy(message, "v=", 3);
    base64_encode(message + 2, SCRAM_MESSAGE_SIZE - 2, signature, SHA256_SIZE);
}
