/* SCRAM-SHA-256 against the conversation of RFC 7677, PBKDF2 against its published vectors, and what is none. */
#include "base/scram.h"

#include <string.h>

#include "base/base64.h"
#include "base/pbkdf2.h"
#include "check.h"

static int key_is(const char *password, const char *salt, uint32_t rounds, const char *expected)
{
    unsigned char key[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    pbkdf2(password, strlen(password), salt, strlen(salt), rounds, key);
    sha256_hex(key, hex);
    return strcmp(hex, expected) == 0;
}

/* RFC 7914 section 11, and the same as RFC 6070 asks for with SHA-256. */
static void keys_of_passwords(void)
{
    CHECK(key_is("passwd", "salt", 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"));
    CHECK(key_is("Password", "NaCl", 80000, "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"));
    CHECK(key_is("password", "salt", 2, "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43"));
    char longer[101];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    CHECK(key_is(longer, "salt", 3, "59bfa49750dd5462ce38370a1e7abe0736ff334cf1c2f0d84f23a03435d660d1"));
}

#define CLIENT_FIRST "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
#define SERVER_NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define SERVER_FIRST "r=rOprNGfwEbeRWgbNEkqO" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
#define CLIENT_FINAL "c=biws,r=rOprNGfwEbeRWgbNEkqO" SERVER_NONCE ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
#define SERVER_FINAL "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="

static void make_verifier(struct scram_verifier *verifier, const char *password)
{
    struct scram_keys keys;
    verifier->rounds = 4096;
    base64_decode(verifier->salt, sizeof verifier->salt, "W22ZaJ0SNY7soEsUEjb6gQ==", 24);
    scram_derive(&keys, password, verifier->salt, sizeof verifier->salt, verifier->rounds);
    memcpy(verifier->stored_key, keys.stored_key, SHA256_SIZE);
    memcpy(verifier->server_key, keys.server_key, SHA256_SIZE);
}

static void servers_side(void)
{
    struct scram_server server;
    struct scram_verifier verifier, other;
    unsigned char proof[SHA256_SIZE], signature[SHA256_SIZE];
    char message[SCRAM_MESSAGE_SIZE];
    make_verifier(&verifier, "pencil");
    make_verifier(&other, "pencils");
    CHECK(scram_server_take_first(&server, CLIENT_FIRST) && strcmp(server.name, "user") == 0);
    CHECK(scram_server_write_first(&server, SERVER_NONCE, verifier.salt, 4096, message));
    CHECK(strcmp(message, SERVER_FIRST) == 0);
    CHECK(scram_server_take_final(&server, CLIENT_FINAL, proof));
    CHECK(scram_check(&verifier, server.talk, proof) && !scram_check(&other, server.talk, proof));
    scram_sign(verifier.server_key, server.talk, signature);
    scram_server_write_final(signature, message);
    CHECK(strcmp(message, SERVER_FINAL) == 0);
}

static void clients_side(void)
{
    struct scram_client client;
    char message[SCRAM_MESSAGE_SIZE];
    CHECK(scram_client_write_first(&client, "user", "rOprNGfwEbeRWgbNEkqO", message));
    CHECK(strcmp(message, CLIENT_FIRST) == 0);
    CHECK(scram_client_answer(&client, "pencil", SERVER_FIRST, message) && strcmp(message, CLIENT_FINAL) == 0);
    CHECK(scram_client_is_right(&client, SERVER_FINAL));
    CHECK(!scram_client_is_right(&client, "v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
    CHECK(!scram_client_is_right(&client, "e=other-error") && !scram_client_is_right(&client, ""));
}

static int is_no_first(const char *message)
{
    struct scram_server server;
    return !scram_server_take_first(&server, message);
}

static void what_is_no_beginning(void)
{
    struct scram_server server;
    CHECK(is_no_first("") && is_no_first("n") && is_no_first("n,") && is_no_first("n,,") && is_no_first("x,,n=a,r=b"));
    CHECK(is_no_first("p=tls-unique,,n=user,r=abc"));
    CHECK(is_no_first("n,,n=,r=abc") && is_no_first("n,,n=user,r=") && is_no_first("n,,n=user") &&
          is_no_first("n,,r=abc,n=user") && is_no_first("n,,m=x,n=user,r=abc"));
    CHECK(is_no_first("n,,n=us=er,r=abc") && is_no_first("n,,n=us=2cer,r=abc") && is_no_first("n,,n=user,r=a bc"));
    CHECK(is_no_first("n,a=other,n=user,r=abc") && is_no_first("n,a=user") && is_no_first("n,a=user,"));
    CHECK(scram_server_take_first(&server, "n,a=user,n=user,r=abc"));
    CHECK(scram_server_take_first(&server, "y,,n=a=2Cb=3Dc,r=abc") && strcmp(server.name, "a,b=c") == 0);
}

static int is_no_final(const char *message)
{
    struct scram_server server;
    static const unsigned char salt[SCRAM_SALT];
    unsigned char proof[SHA256_SIZE];
    char first[SCRAM_MESSAGE_SIZE];
    if (!scram_server_take_first(&server, "n,,n=user,r=abc") ||
        !scram_server_write_first(&server, "def", salt, 4096, first))
        return 0;
    return !scram_server_take_final(&server, message, proof);
}

#define PROOF ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="

static void what_is_no_end(void)
{
    CHECK(!is_no_final("c=biws,r=abcdef" PROOF) && !is_no_final("c=biws,r=abcdef,x=extension" PROOF));
    CHECK(is_no_final("") && is_no_final("c=biws,r=abcdef") && is_no_final("c=biws,r=abcdef,p=AAAA"));
    CHECK(is_no_final("c=eSws,r=abcdef" PROOF) && is_no_final("c=biws,r=abcde" PROOF) && is_no_final("r=abcdef" PROOF));
    CHECK(is_no_final("c=biws,r=abcdef" PROOF ",x=behind"));
}

static void servers_that_mean_harm(void)
{
    struct scram_client client;
    char message[SCRAM_MESSAGE_SIZE];
    static const char *const wrong[] = {"",
                                        "r=abc",
                                        "r=abcdef,s=AAAA",
                                        "r=abcdef,s=AAAA,i=4095",
                                        "r=abcdef,s=AAAA,i=1",
                                        "r=abcdef,s=AAAA,i=99999999999",
                                        "r=abcdef,s=AAAA,i=-4096",
                                        "r=abcdef,s=AAAA,i=4096x",
                                        "r=abcdef,s=,i=4096",
                                        "r=abcdef,s=A,i=4096",
                                        "r=abc,s=AAAA,i=4096",
                                        "r=xbcdef,s=AAAA,i=4096",
                                        "m=x,r=abcdef,s=AAAA,i=4096"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        scram_client_write_first(&client, "user", "abc", message);
        CHECK(!scram_client_answer(&client, "pencil", wrong[i], message));
    }
}

static void lengths(void)
{
    struct scram_server server;
    struct scram_client client;
    static const unsigned char salt[SCRAM_SALT];
    char longer[SCRAM_MESSAGE_SIZE + 20] = "n,,n=user,r=", message[SCRAM_MESSAGE_SIZE];
    memset(longer + strlen(longer), 'x', sizeof longer - 1 - strlen(longer));
    CHECK(is_no_first(longer));
    CHECK(!scram_client_write_first(&client, longer, "abc", message));
    CHECK(scram_server_take_first(&server, "n,,n=user,r=abc"));
    longer[SCRAM_NONCE_SIZE] = '\0';
    CHECK(!scram_server_write_first(&server, longer, salt, 4096, message));
}

int main(void)
{
    CASE("keys of passwords are those that are published", keys_of_passwords);
    CASE("the server's side of the conversation of RFC 7677", servers_side);
    CASE("the client's side of it", clients_side);
    CASE("what is no beginning is refused", what_is_no_beginning);
    CASE("what is no end of this conversation is refused", what_is_no_end);
    CASE("a client computes nothing for a server that means harm", servers_that_mean_harm);
    CASE("what is too long is refused", lengths);
    CHECK_DONE();
}
