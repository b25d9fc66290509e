/* The client's file of servers: whatever is in it, it is read whole, and what is taken from it is fit for use. */
#include "driver.h"

#include "base/text.h"
#include "client/servers.h"
#include "files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct options options;
    fuzz_hush();
    fuzz_write_file("servers", data, size);
    for (int named = 0; named < 2; named++) {
        options = (struct options){.rate_lines = 5, .rate_seconds = 5, .file = fuzz_path};
        int status = servers_read(&options, named ? "a" : NULL);
        CLAIM(options.kept_length <= sizeof options.kept && memchr(options.names, '\0', sizeof options.names));
        CLAIM(options.channel_count >= 0 && options.channel_count <= OPTIONS_MAX_CHANNELS);
        if (status)
            continue;
        CLAIM(named || (!*options.host && options.channel_count == 0 && !options.password_file && !options.sasl_file));
        CLAIM(!*options.port || *options.host);
        CLAIM(options.door != DOOR_PAIR && text_is_utf8(options.nick, strlen(options.nick)));
        for (int i = 0; i < options.channel_count; i++)
            CLAIM(strchr("#&+!", *options.channels[i]) && options.channels[i][1] &&
                  !strpbrk(options.channels[i], " ,\r\n"));
    }
    return 0;
}
