/* The ways in: the doors, by which clients come, and the services. One row each; what they
 * are made of is in src/dialect and src/transport, and what a service answers in src/service. */
#ifndef FORKCHAT_WORLD_DOORS_H
#define FORKCHAT_WORLD_DOORS_H

/* DOOR(symbol, keyword, default port, transport, dialect)
 * Port 0: another form of the door above it, which a client asks for as it comes in; nothing listens for it. */
#define DOORS(DOOR)                                                                                                    \
    DOOR(PLAIN, "plain", 7777, LF, PLAIN)                                                                              \
    DOOR(TALK, "talk", 5000, TELNET, TALK)                                                                             \
    DOOR(IRC, "irc", 6667, CRLF, IRC)                                                                                  \
    DOOR(WEB, "web", 7780, WEBSOCKET, IRC)                                                                             \
    DOOR(WEB_BINARY, "web", 0, WEBSOCKET_BINARY, IRC)

/* SERVICE(symbol, keyword)
 * A connection to a service is no client's, and in no table. A service is opened only where it is asked for; "control"
 * is not for listen at all: it is the socket in the runtime directory. */
#define SERVICES(SERVICE)                                                                                              \
    SERVICE(METRICS, "metrics")                                                                                        \
    SERVICE(CONTROL, "control")

/* Doors are below DOOR_KINDS, services above. */
enum door_kind {
#define DOOR(symbol, keyword, port, transport, dialect) DOOR_##symbol,
#define SERVICE(symbol, keyword)                        SERVICE_##symbol,
    DOORS(DOOR) DOOR_KINDS,
    SERVICES(SERVICE)
#undef DOOR
#undef SERVICE
        WAYS_IN
};

/* How lines travel: ended by \n, or by \r\n, or with telnet's commands among them, or each as a message of WebSocket,
 * of text or of bytes. */
enum transport_kind {
    TRANSPORT_LF,
    TRANSPORT_CRLF,
    TRANSPORT_TELNET,
    TRANSPORT_WEBSOCKET,
    TRANSPORT_WEBSOCKET_BINARY,
    TRANSPORT_KINDS
};

/* What lines say. CONTROL is what the service of that name understands; no client speaks it. */
enum dialect_kind { DIALECT_PLAIN, DIALECT_TALK, DIALECT_IRC, DIALECT_CONTROL, DIALECT_KINDS };

/* A set of dialects: bits 1 << dialect_kind. */
#define DIALECT_BIT(kind) (1u << (kind))

/* "plain", or NULL for a number that is no way in. door_by_name: the kind, or -1. door_default_port: of a door.
 * door_listed: the door that is listened at, of one that may be a form of it. */
const char *door_name(enum door_kind kind);
int door_by_name(const char *name);
unsigned door_default_port(enum door_kind kind);
enum door_kind door_listed(enum door_kind kind);

/* Of a door; for any other number, those of the first. */
enum transport_kind door_transport(enum door_kind kind);
enum dialect_kind door_dialect(enum door_kind kind);

#endif
