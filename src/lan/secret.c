/* Challenge and response. Runs in the workers that serve and fetch. */
#include "lan/secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/port.h"
#include "base/text.h"

#define ROUNDS 20000
#define SALT   16

static const char salt_letters[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

int secret_make_setting(char setting[SECRET_SETTING_SIZE])
{
    unsigned char bytes[SALT];
    if (port_random(bytes, sizeof bytes))
        return -1;
    int at = snprintf(setting, SECRET_SETTING_SIZE, "$6$rounds=%d$", ROUNDS);
    for (int i = 0; i < SALT; i++)
        setting[at++] = salt_letters[bytes[i] % 64];
    setting[at] = '\0';
    return 0;
}

int secret_make_nonce(char nonce[SECRET_NONCE_SIZE])
{
    unsigned char bytes[(SECRET_NONCE_SIZE - 1) / 2];
    if (port_random(bytes, sizeof bytes))
        return -1;
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(nonce + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

bool secret_is_setting(const char *setting)
{
    char rounds[16];
    int64_t number;
    if (strncmp(setting, "$6$rounds=", 10) != 0)
        return false;
    const char *dollar = strchr(setting + 10, '$');
    size_t length = dollar ? (size_t)(dollar - setting - 10) : 0;
    if (length < 1 || length >= sizeof rounds)
        return false;
    memcpy(rounds, setting + 10, length);
    rounds[length] = '\0';
    /* Fewer rounds would make guessing cheap for a false offerer, more would keep us busy for him. */
    if (!parse_number(rounds, ROUNDS, 200000, &number))
        return false;
    return strlen(dollar + 1) == SALT && strspn(dollar + 1, salt_letters) == SALT;
}

int secret_prove(const char *password, const char *setting, const char *role, const char *id, const char *nonce,
                 const char *hash, char proof[SHA256_HEX_SIZE])
{
    const char *key = port_crypt(password, setting);
    /* Some libraries answer "*0" for a method they do not know. */
    if (!key || strncmp(key, setting, 3) != 0) {
        errno = ENOTSUP;
        return -1;
    }
    char said[256];
    struct text text;
    text_init(&text, said, sizeof said);
    text_addf(&text, "forkchat-files %s %s %s %s", role, id, nonce, hash);
    unsigned char digest[SHA256_SIZE];
    sha256_hmac(key, strlen(key), said, text.length, digest);
    sha256_hex(digest, proof);
    return 0;
}

bool secret_equal(const char *a, const char *b)
{
    size_t length = strlen(a);
    unsigned char difference = 0;
    if (strlen(b) != length)
        return false;
    for (size_t i = 0; i < length; i++)
        difference |= (unsigned char)(a[i] ^ b[i]);
    return difference == 0;
}
