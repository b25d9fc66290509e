/* A client that is not in yet. Run by workers; no shared memory. */
#include "newcomer.h"

void newcomer_begin(struct newcomer *newcomer, const struct settings *settings, enum door_kind door,
                    const struct net_address *address)
{
    newcomer->address = *address;
    newcomer->proxies = NULL;
    newcomer->settings = settings;
    newcomer->door = door;
    newcomer->http.length = newcomer->http.line = 0;
    newcomer->http.target = NULL;
    newcomer->http.count = 0;
    newcomer->body = NULL;
    newcomer->body_length = 0;
    text_init(&newcomer->said, newcomer->said_bytes, sizeof newcomer->said_bytes);
}
