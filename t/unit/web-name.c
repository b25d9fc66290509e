/* Whose name a page may be asked for by, and whose page may connect. */
#include "transport/web_name.h"

#include "check.h"

static struct settings settings = {.server_name = (char *)"chat.example.org"};

static void own_names(void)
{
    settings.web_origin = NULL;
    static const char *const known[] = {"localhost",
                                        "localhost:7780",
                                        "LOCALHOST:1",
                                        "127.0.0.1",
                                        "127.0.0.1:7780",
                                        "192.168.1.5:7780",
                                        "[::1]",
                                        "[::1]:7780",
                                        "[fe80::1]:7780",
                                        "mybox",
                                        "mybox:7780",
                                        "mybox.local:7780",
                                        "a.localhost",
                                        "x.internal",
                                        "y.home.arpa",
                                        "chat.example.org",
                                        "Chat.Example.ORG:443"};
    static const char *const unknown[] = {"",
                                          ":7780",
                                          "evil.example",
                                          "evil.example:7780",
                                          "chat.example.org.evil.example",
                                          "localhost.evil.example",
                                          "127.0.0.1.evil.example",
                                          "127.0.0.1:",
                                          "::1",
                                          "[::1",
                                          "[127.0.0.1]",
                                          "local host",
                                          "localhost:7780x",
                                          "a/b",
                                          "<b>",
                                          ".local",
                                          "[fe80::1%eth0]",
                                          "localhost:1234567",
                                          "user@localhost"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!web_name_is_known(&settings, known[i])) {
            printf("# %s\n", known[i]);
            CHECK(!"known");
        }
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        if (web_name_is_known(&settings, unknown[i])) {
            printf("# %s\n", unknown[i]);
            CHECK(!"unknown");
        }
}

static void listed_names(void)
{
    settings.web_origin = (char *)"im.example.net https://www.example.com:8443";
    CHECK(web_name_is_known(&settings, "im.example.net:7780") && web_name_is_known(&settings, "www.example.com"));
    CHECK(!web_name_is_known(&settings, "example.net") && !web_name_is_known(&settings, "example.com"));
    settings.web_origin = (char *)"any";
    CHECK(web_name_is_known(&settings, "evil.example") && !web_name_is_known(&settings, "evil example"));
}

static void origins(void)
{
    settings.web_origin = NULL;
    CHECK(web_name_may_connect(&settings, "http://localhost:7780", "localhost:7780"));
    CHECK(web_name_may_connect(&settings, "https://chat.example.org", "chat.example.org"));
    CHECK(web_name_may_connect(&settings, "https://chat.example.org", "chat.example.org:443"));
    CHECK(web_name_may_connect(&settings, "http://[::1]:7780", "[::1]:7780"));
    CHECK(!web_name_may_connect(&settings, "http://localhost:3000", "localhost:7780"));
    CHECK(!web_name_may_connect(&settings, "http://evil.example", "localhost:7780"));
    CHECK(!web_name_may_connect(&settings, "http://localhost:7780.evil.example", "localhost:7780"));
    CHECK(!web_name_may_connect(&settings, "null", "localhost:7780") &&
          !web_name_may_connect(&settings, "", "localhost"));
    CHECK(!web_name_may_connect(&settings, "null", "null"));
    settings.web_origin = (char *)"im.example.net https://www.example.com";
    CHECK(web_name_may_connect(&settings, "https://im.example.net:8443", "localhost:7780"));
    CHECK(web_name_may_connect(&settings, "https://www.example.com", "localhost:7780"));
    CHECK(!web_name_may_connect(&settings, "http://www.example.com", "localhost:7780"));
    CHECK(!web_name_may_connect(&settings, "https://www.example.com:1", "localhost:7780"));
    settings.web_origin = (char *)"any";
    CHECK(web_name_may_connect(&settings, "null", "localhost") &&
          web_name_may_connect(&settings, "x://y", "localhost"));
}

int main(void)
{
    CASE("names that a stranger could have are unknown", own_names);
    CASE("names that are listed are known", listed_names);
    CASE("a page may connect to where it came from, and from where is listed", origins);
    CHECK_DONE();
}
