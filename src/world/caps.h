/* IRCv3 capabilities. A client's set is in its record, because couriers render by it. */
#ifndef FORKCHAT_WORLD_CAPS_H
#define FORKCHAT_WORLD_CAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CAP(symbol, name, value shown to clients that asked for version 302 (or NULL)) */
#define CAPS(CAP)                                                                                                      \
    CAP(ACCOUNT_NOTIFY, "account-notify", NULL)                                                                        \
    CAP(ACCOUNT_TAG, "account-tag", NULL)                                                                              \
    CAP(ACCOUNT_REGISTRATION, "draft/account-registration", "before-connect,custom-account-name")                      \
    CAP(AWAY_NOTIFY, "away-notify", NULL)                                                                              \
    CAP(BATCH, "batch", NULL)                                                                                          \
    CAP(CAP_NOTIFY, "cap-notify", NULL)                                                                                \
    CAP(CHATHISTORY, "draft/chathistory", NULL)                                                                        \
    CAP(EVENT_PLAYBACK, "draft/event-playback", NULL)                                                                  \
    CAP(CHANNEL_RENAME, "draft/channel-rename", NULL)                                                                  \
    CAP(CHGHOST, "chghost", NULL)                                                                                      \
    CAP(ECHO_MESSAGE, "echo-message", NULL)                                                                            \
    CAP(EXTENDED_JOIN, "extended-join", NULL)                                                                          \
    CAP(EXTENDED_MONITOR, "extended-monitor", NULL)                                                                    \
    CAP(EXTENDED_ISUPPORT, "draft/extended-isupport", NULL)                                                            \
    CAP(INVITE_NOTIFY, "invite-notify", NULL)                                                                          \
    CAP(LABELED_RESPONSE, "labeled-response", NULL)                                                                    \
    CAP(MESSAGE_TAGS, "message-tags", NULL)                                                                            \
    CAP(MESSAGE_REDACTION, "draft/message-redaction", NULL)                                                            \
    CAP(METADATA, "draft/metadata-2", "before-connect,max-subs=40,max-keys=20,max-value-bytes=256")                    \
    CAP(METADATA_3, "draft/metadata-3", "before-connect,max-subs=40,max-keys=20,max-value-bytes=256")                  \
    CAP(MULTILINE, "draft/multiline", "max-bytes=16384,max-lines=100")                                                 \
    CAP(MULTI_PREFIX, "multi-prefix", NULL)                                                                            \
    CAP(NO_IMPLICIT_NAMES, "no-implicit-names", NULL)                                                                  \
    CAP(NO_IMPLICIT_NAMES_DRAFT, "draft/no-implicit-names", NULL)                                                      \
    CAP(PRE_AWAY, "draft/pre-away", NULL)                                                                              \
    CAP(READ_MARKER, "draft/read-marker", NULL)                                                                        \
    CAP(SASL, "sasl", "PLAIN,SCRAM-SHA-256") /* PLAIN where it may be: command/irc_sasl.c */                           \
    CAP(RESUME, "forkchat/resume", NULL)                                                                               \
    CAP(SERVER_TIME, "server-time", NULL)                                                                              \
    CAP(SETNAME, "setname", NULL)                                                                                      \
    CAP(STANDARD_REPLIES, "standard-replies", NULL)                                                                    \
    CAP(USERHOST_IN_NAMES, "userhost-in-names", NULL)

enum cap_number {
#define CAP(symbol, name, value) CAP_NUMBER_##symbol,
    CAPS(CAP)
#undef CAP
        CAP_COUNT
};

/* The limits that draft/multiline tells. */
#define MULTILINE_BYTES 16384
#define MULTILINE_LINES 100

/* As sets: CAP_BATCH | CAP_SERVER_TIME. */
#define CAP_BIT(symbol) (UINT64_C(1) << CAP_NUMBER_##symbol)

/* Metadata, in whichever version. */
#define CAPS_METADATA (CAP_BIT(METADATA) | CAP_BIT(METADATA_3))

/* Either name of a capability that has lost its "draft/". */
#define CAPS_NO_NAMES (CAP_BIT(NO_IMPLICIT_NAMES) | CAP_BIT(NO_IMPLICIT_NAMES_DRAFT))

/* The set with the capability of that name, 0 if there is none. */
uint64_t cap_by_name(const char *name);

/* Names and values one by one; false after the last. */
bool cap_describe(int number, const char **name, const char **value);

#endif
