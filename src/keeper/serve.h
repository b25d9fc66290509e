/* What the keeper does when it is asked: rights, rules, and that what it says is done is on disk. */
#ifndef FORKCHAT_KEEPER_SERVE_H
#define FORKCHAT_KEEPER_SERVE_H

#include "markers.h"
#include "request.h"

/* Who asks, as the kernel says. */
struct keeper_asker {
    bool is_operator;
    uint32_t slot, generation; /* a worker's */
};

struct keeper_service {
    struct store *store;
    struct world *world;         /* whose table of nicks is kept, or NULL */
    uint32_t slots;              /* workers there can be */
    struct keeper_login *logins; /* who of them has proved what: private */
    bool (*save)(void *context); /* writes the store; false if it could not be */
    struct markers *markers;
    void (*note)(void *context, const char *line, size_t length); /* adds to their file, or, of NULL, writes it anew */
    bool (*is_operator)(void *context, const char *name, const char *hash, size_t length); /* of the hash; or NULL */
    void *context;
    int64_t looked; /* when keeper_service_look was last called, ms since 1970 */
};

/* With an empty table of logins, and the nicks of all accounts in the world. Exits if there is no memory. */
void keeper_service_start(struct keeper_service *service);
void keeper_service_end(struct keeper_service *service);

/* A device whose worker has died without a word was here until the look before this one. To be called once a second;
 * over: with the daemon all connections end. */
void keeper_service_look(struct keeper_service *service, bool over);

/* Answers a request of `length` bytes, whatever they are. Returns how many bytes of the answer there are. */
size_t keeper_serve(struct keeper_service *service, const struct keeper_asker *asker, const void *request,
                    size_t length, struct keeper_answer *answer);

#endif
