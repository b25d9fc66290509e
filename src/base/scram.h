/* SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding: the keys, and the messages of both sides as functions
 * of what came and what was sent. None of them blocks, sends or receives. */
#ifndef FORKCHAT_BASE_SCRAM_H
#define FORKCHAT_BASE_SCRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sha256.h"

/* Bytes of the salts we make; rounds that are safe to ask for, and that we are willing to compute for a server. */
#define SCRAM_SALT         16
#define SCRAM_ROUNDS_LEAST 4096
#define SCRAM_ROUNDS_MOST  10000000

/* Characters of a message, of a nonce and of a name, with the zero byte. */
#define SCRAM_MESSAGE_SIZE 512
#define SCRAM_NONCE_SIZE   128
#define SCRAM_NAME_SIZE    128

/* ---- keys: scram.c ---- */

/* What a password is known by to who does not know it. */
struct scram_verifier {
    uint32_t rounds;
    unsigned char salt[SCRAM_SALT];
    unsigned char stored_key[SHA256_SIZE], server_key[SHA256_SIZE];
};

/* What who knows it has. */
struct scram_keys {
    unsigned char client_key[SHA256_SIZE], stored_key[SHA256_SIZE], server_key[SHA256_SIZE];
};

/* Computes for as long as `rounds` say. */
void scram_derive(struct scram_keys *keys, const char *password, const void *salt, size_t salt_length, uint32_t rounds);

/* The proof for a conversation (`talk`, RFC 5802's AuthMessage), whether one is right, and the server's signature. The
 * time that the check takes says nothing of how wrong it is. */
void scram_prove(const struct scram_keys *keys, const char *talk, unsigned char proof[SHA256_SIZE]);
bool scram_check(const struct scram_verifier *verifier, const char *talk, const unsigned char proof[SHA256_SIZE]);
void scram_sign(const unsigned char server_key[SHA256_SIZE], const char *talk, unsigned char signature[SHA256_SIZE]);

/* ---- the server's side: scram_server.c ---- */

/* A conversation under way. */
struct scram_server {
    char header[SCRAM_NAME_SIZE]; /* "n,," with who they want to be, perhaps */
    char name[SCRAM_NAME_SIZE];   /* whose password it is */
    char nonce[SCRAM_NONCE_SIZE];
    char talk[3 * SCRAM_MESSAGE_SIZE]; /* RFC 5802's AuthMessage, as far as it has come */
};

/* Takes client-first-message. False if it is none, wants channel binding, or to be somebody else than `name`. */
bool scram_server_take_first(struct scram_server *server, const char *message);

/* Writes server-first-message. `nonce` is what the server adds to the client's: printable, no comma. False if there is
 * no room. */
bool scram_server_write_first(struct scram_server *server, const char *nonce, const unsigned char salt[SCRAM_SALT],
                              uint32_t rounds, char message[SCRAM_MESSAGE_SIZE]);

/* Takes client-final-message: its proof is to be checked against server->talk, which is whole then. False if it is none
 * of this conversation. */
bool scram_server_take_final(struct scram_server *server, const char *message, unsigned char proof[SHA256_SIZE]);

/* server-final-message for that signature. */
void scram_server_write_final(const unsigned char signature[SHA256_SIZE], char message[SCRAM_MESSAGE_SIZE]);

/* ---- the client's side: scram_client.c ---- */

struct scram_client {
    char nonce[SCRAM_NONCE_SIZE];
    char talk[3 * SCRAM_MESSAGE_SIZE];
    unsigned char signature[SHA256_SIZE]; /* that the server has to give */
};

/* Writes client-first-message. False if there is no room for the name. */
bool scram_client_write_first(struct scram_client *client, const char *name, const char *nonce,
                              char message[SCRAM_MESSAGE_SIZE]);

/* Takes server-first-message and writes client-final-message; computes for as long as the server wants. False if it is
 * none, not of this conversation, or asks for too few rounds or too many. */
bool scram_client_answer(struct scram_client *client, const char *password, const char *message,
                         char answer[SCRAM_MESSAGE_SIZE]);

/* Whether server-final-message proves that the server knows the account as well. */
bool scram_client_is_right(const struct scram_client *client, const char *message);

#endif
