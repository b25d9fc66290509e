/* IRC: what METADATA refuses. Run by workers. draft/metadata-2 and draft/metadata-3 have different codes for most of
 * it; a client is answered in the version it asked for. */
#include "irc_metadata_fail.h"

#include "irc_fail.h"

bool irc_metadata_fail_speaks_third(const struct session *session)
{
    return session->caps & CAP_BIT(METADATA_3);
}

void irc_metadata_fail_target(struct session *session, const char *word)
{
    irc_fail(session, "METADATA", "INVALID_TARGET", word, NULL, "Invalid metadata target");
}

void irc_metadata_fail_unseen(struct session *session, const char *word, const struct metadata_target *target,
                              const char *key)
{
    if (*target->name)
        irc_fail(session, "METADATA", "KEY_NO_PERMISSION", target->name, key, "You may not see what is said there");
    else
        irc_metadata_fail_target(session, word);
}

void irc_metadata_fail_key(struct session *session, const char *key)
{
    irc_fail(session, "METADATA", irc_metadata_fail_speaks_third(session) ? "INVALID_KEY" : "KEY_INVALID", key, NULL,
             "Invalid key");
}

void irc_metadata_fail_value(struct session *session, const char *key)
{
    if (irc_metadata_fail_speaks_third(session))
        irc_fail(session, "METADATA", "INVALID_VALUE", key, NULL, "Value is too long");
    else
        irc_fail(session, "METADATA", "VALUE_INVALID", NULL, NULL, "Value is too long");
}

void irc_metadata_fail_subscription(struct session *session, const char *key)
{
    if (irc_metadata_fail_speaks_third(session))
        irc_fail(session, "METADATA", "LIMIT_REACHED", "*", key, "Too many subscriptions");
    else
        irc_fail(session, "METADATA", "TOO_MANY_SUBS", key, NULL, "Too many subscriptions");
}

void irc_metadata_fail_unset(struct session *session, const char *name, const char *key)
{
    if (irc_metadata_fail_speaks_third(session))
        session_reply(session, REPLY_KEY_NOT_SET, name, key, NULL);
    else
        irc_fail(session, "METADATA", "KEY_NOT_SET", name, key, "Key not set");
}

void irc_metadata_fail_verb(struct session *session, const char *verb)
{
    irc_fail(session, "METADATA", irc_metadata_fail_speaks_third(session) ? "INVALID_PARAMS" : "SUBCOMMAND_INVALID",
             verb, NULL, "Invalid subcommand");
}
