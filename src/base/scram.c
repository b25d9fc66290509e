/* The keys of SCRAM, RFC 5802 section 3. Every process may use it; no state. */
#include "scram.h"

#include <string.h>

#include "pbkdf2.h"

static void hash(const unsigned char key[SHA256_SIZE], unsigned char digest[SHA256_SIZE])
{
    struct sha256 hash;
    sha256_start(&hash);
    sha256_add(&hash, key, SHA256_SIZE);
    sha256_finish(&hash, digest);
}

void scram_derive(struct scram_keys *keys, const char *password, const void *salt, size_t salt_length, uint32_t rounds)
{
    unsigned char salted[SHA256_SIZE];
    pbkdf2(password, strlen(password), salt, salt_length, rounds, salted);
    sha256_hmac(salted, sizeof salted, "Client Key", 10, keys->client_key);
    sha256_hmac(salted, sizeof salted, "Server Key", 10, keys->server_key);
    hash(keys->client_key, keys->stored_key);
}

/* The same both ways: a key makes the proof of it, and a proof the key. */
static void mix(const unsigned char stored_key[SHA256_SIZE], const char *talk, const unsigned char from[SHA256_SIZE],
                unsigned char to[SHA256_SIZE])
{
    unsigned char signature[SHA256_SIZE];
    sha256_hmac(stored_key, SHA256_SIZE, talk, strlen(talk), signature);
    for (size_t i = 0; i < SHA256_SIZE; i++)
        to[i] = from[i] ^ signature[i];
}

void scram_prove(const struct scram_keys *keys, const char *talk, unsigned char proof[SHA256_SIZE])
{
    mix(keys->stored_key, talk, keys->client_key, proof);
}

bool scram_check(const struct scram_verifier *verifier, const char *talk, const unsigned char proof[SHA256_SIZE])
{
    unsigned char key[SHA256_SIZE], stored[SHA256_SIZE], differs = 0;
    mix(verifier->stored_key, talk, proof, key);
    hash(key, stored);
    for (size_t i = 0; i < SHA256_SIZE; i++)
        differs |= stored[i] ^ verifier->stored_key[i];
    return !differs;
}

void scram_sign(const unsigned char server_key[SHA256_SIZE], const char *talk, unsigned char signature[SHA256_SIZE])
{
    sha256_hmac(server_key, SHA256_SIZE, talk, strlen(talk), signature);
}
