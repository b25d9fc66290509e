/* What the keeper is asked, and what it answers, by ipc/call.h. Both are of one size but for their last text. */
#ifndef FORKCHAT_KEEPER_REQUEST_H
#define FORKCHAT_KEEPER_REQUEST_H

#include "store.h"

/* Who may: a worker's call comes by the mailbox of workers, an operator's by another, which workers do not have. */
enum keeper_verb {
    KEEPER_SALT,     /* account, verifier.rounds (of those of today) → salt, rounds; of an account that does not
                      * exist as well */
    KEEPER_PROVE,    /* account, text (what was talked), proof → account, signature, flags; the caller is logged in */
    KEEPER_ADD,      /* account, verifier */
    KEEPER_PASSWORD, /* account, verifier: by who is logged in to it, or an operator */
    KEEPER_DROP,     /* account: the same */
    KEEPER_SET,      /* account, flags: the same */
    KEEPER_INFO,     /* account → account, created_at, flags; text: its channels */
    KEEPER_LIST,     /* cursor → text: a line for each account; cursor: 0 at the end. Operators */
    KEEPER_CHANNEL,  /* channel → account (its founder), created_at, access, text */
    KEEPER_CHANNEL_ADD,    /* channel, account (its founder), text */
    KEEPER_CHANNEL_PUT,    /* channel, text, of one that is registered */
    KEEPER_CHANNEL_ACCESS, /* channel, account, flags: the letter o or v, or - for none → access */
    KEEPER_CHANNEL_DROP,   /* channel */
    KEEPER_MARK, /* account, channel (or a nick, or @ and a device), time (-1: only asks) → time (-1: nowhere yet) */
    KEEPER_OPERATOR, /* text: the hash of a password, a blank, and an operator's name */
    KEEPER_VERBS
};

enum keeper_result {
    KEEPER_DONE,
    KEEPER_NO_SUCH,
    KEEPER_WRONG, /* proof, or hash */
    KEEPER_TAKEN,
    KEEPER_ALIKE, /* looks like one there is */
    KEEPER_BAD_NAME,
    KEEPER_FULL,
    KEEPER_NOT_KEPT,  /* could not be written to disk, and was not done */
    KEEPER_NOT_YOURS, /* log in first: the keeper has not seen it, or is another by now */
    KEEPER_REFUSED,
    KEEPER_RESULTS,
    KEEPER_SILENT = KEEPER_RESULTS, /* no answer: ask.h */
};

#define KEEPER_TEXT STORE_CHANNEL_TEXT

struct keeper_request {
    uint32_t verb;
    uint32_t cursor, flags;
    int64_t time; /* ms since 1970 */
    char account[ACCOUNT_SIZE];
    char channel[CHANNEL_SIZE];
    struct scram_verifier verifier;
    unsigned char proof[SHA256_SIZE];
    char text[KEEPER_TEXT]; /* as many bytes as it has are sent, with the zero byte */
};

struct keeper_answer {
    uint32_t result;
    uint32_t cursor, flags, rounds;
    int64_t created_at;
    int64_t time;
    char account[ACCOUNT_SIZE];
    unsigned char salt[SCRAM_SALT];
    unsigned char signature[SHA256_SIZE];
    char access[STORE_ACCESS];
    char text[KEEPER_TEXT];
};

#endif
