/* Doors, and the table of the transports that they name. */
#include "door.h"

#include "base/port.h"

static const struct transport *transport_of(enum transport_kind kind)
{
    switch (kind) {
    case TRANSPORT_LF:
        return transport_lf();
    case TRANSPORT_CRLF:
        return transport_crlf();
    case TRANSPORT_TELNET:
        return transport_telnet();
    case TRANSPORT_WEBSOCKET:
        return transport_websocket();
    case TRANSPORT_WEBSOCKET_BINARY:
        return transport_websocket_binary();
    case TRANSPORT_KINDS:
        break;
    }
    return NULL;
}

struct door door_of(enum door_kind kind)
{
    return (struct door){.transport = transport_of(door_transport(kind)), .dialect = dialect_of(door_dialect(kind))};
}

int door_open(struct session *session, const struct door *door)
{
    size_t size = door->dialect->state_size;
    session->framing = door->transport->framing;
    if (size && !(session->dialect_state = port_pages(size)))
        return -1;
    return door->transport->open(session, door->dialect);
}

void door_close(struct session *session, const struct door *door)
{
    if (session->transport_state)
        door->transport->close(session);
    port_free_pages(session->dialect_state, door->dialect->state_size);
    session->dialect_state = NULL;
}

void door_refuse(const struct door *door, struct text *text, const char *why)
{
    size_t start = text->length;
    if (door->transport->refuse) {
        door->transport->refuse(text, why);
        return;
    }
    door->dialect->refuse(text, why);
    text_add(text, door->transport->framing->end);
    framing_apply(door->transport->framing, text, start);
}
