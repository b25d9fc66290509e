/* WEBIRC. Run by workers; no shared memory. */
#include "webirc.h"

#include <string.h>
#include <strings.h>

#include "base/net.h"
#include "base/port.h"
#include "proxy.h"

#define VERB "WEBIRC"

bool webirc_is_gateway(const struct settings *settings, const unsigned char host[16])
{
    for (int i = 0; i < settings->webirc_count; i++)
        if (settings_hold(&settings->webirc[i].from, host))
            return true;
    return false;
}

/* Whether so much of a line may become WEBIRC. */
static bool may_be(const char *bytes, size_t length)
{
    size_t size = sizeof VERB - 1;
    if (strncasecmp(bytes, VERB, length < size ? length : size) != 0)
        return false;
    return length <= size || bytes[size] == ' ';
}

static bool is_right(const struct newcomer *newcomer, const char *password)
{
    unsigned char host[16];
    net_host_bytes(&newcomer->address, host);
    for (int i = 0; i < newcomer->settings->webirc_count; i++) {
        const struct setting_webirc *gateway = &newcomer->settings->webirc[i];
        const char *hash = settings_hold(&gateway->from, host) ? port_crypt(password, gateway->password) : NULL;
        if (hash && strcmp(hash, gateway->password) == 0)
            return true;
    }
    return false;
}

static enum newcomer_result refuse(struct newcomer *newcomer, const char *why)
{
    text_addf(&newcomer->said, "ERROR :%s\r\n", why);
    return NEWCOMER_OVER;
}

/* WEBIRC password gateway hostname address [:options]. The name is not believed: nobody has looked it up. */
static enum newcomer_result run(struct newcomer *newcomer, char *line)
{
    char *words[5], *rest = line;
    unsigned char host[16];
    for (int i = 0; i < 5; i++)
        if (!(words[i] = text_next_word(&rest)))
            return refuse(newcomer, "WEBIRC wants a password, a gateway's name, a host and an address");
    const char *address = words[4] + (words[4][0] == ':');
    if (strchr(address, '%') || !net_parse_host(address, host))
        return refuse(newcomer, "WEBIRC: that is no address");
    if (!is_right(newcomer, words[1] + (words[1][0] == ':')))
        return refuse(newcomer, "WEBIRC: wrong password");
    newcomer->address = proxy_address(host, net_port(&newcomer->address));
    return NEWCOMER_IN;
}

enum newcomer_result webirc_arrive(struct newcomer *newcomer, const char **bytes, size_t *length)
{
    char line[NEWCOMER_LINE_MAX + 1];
    const char *end = memchr(*bytes, '\n', *length);
    size_t size = end ? (size_t)(end - *bytes) : *length;
    if (!may_be(*bytes, size) || size > NEWCOMER_LINE_MAX)
        return NEWCOMER_IN;
    if (!end)
        return NEWCOMER_WAITS;
    memcpy(line, *bytes, size);
    *bytes += size + 1;
    *length -= size + 1;
    while (size > 0 && line[size - 1] == '\r')
        size--;
    line[size] = '\0';
    return run(newcomer, line);
}
