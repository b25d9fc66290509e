/* SCRAM, both sides: what is taken stays within its room, and what was not proved is not believed. */
#include "driver.h"

#include "base/scram.h"

/* Rounds are few: what a message may ask for is looked at before they are computed, and fuzzing is not to wait. */
static void serve(const char *first, const char *final)
{
    struct scram_server server;
    struct scram_verifier verifier = {.rounds = 4096};
    unsigned char proof[SHA256_SIZE];
    char message[SCRAM_MESSAGE_SIZE];
    if (!scram_server_take_first(&server, first))
        return;
    CLAIM(*server.name && *server.nonce && memchr(server.name, '\0', sizeof server.name));
    CLAIM(strncmp(server.header, first, strlen(server.header)) == 0);
    if (!scram_server_write_first(&server, "def", verifier.salt, verifier.rounds, message))
        return;
    CLAIM(memchr(message, '\0', sizeof message));
    if (!scram_server_take_final(&server, final, proof))
        return;
    CLAIM(memchr(server.talk, '\0', sizeof server.talk));
    CLAIM(!scram_check(&verifier, server.talk, proof));
}

static void ask(const char *first, const char *final)
{
    struct scram_client client;
    char message[SCRAM_MESSAGE_SIZE];
    const char *rounds = strstr(first, ",i=");
    CLAIM(scram_client_write_first(&client, "user", "abc", message));
    if (rounds && strlen(rounds) > 7)
        return;
    if (!scram_client_answer(&client, "pencil", first, message))
        return;
    CLAIM(memchr(message, '\0', sizeof message) && strncmp(message, "c=biws,r=abc", 12) == 0);
    CLAIM(!scram_client_is_right(&client, final));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char first[2 * SCRAM_MESSAGE_SIZE], *final;
    if (size >= sizeof first)
        return 0;
    memcpy(first, data, size);
    first[size] = '\0';
    final = strchr(first, '\n');
    if (!final)
        return 0;
    *final++ = '\0';
    serve(first, final);
    ask(first, final);
    return 0;
}
