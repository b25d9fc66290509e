/* The file with an account and its password: both or neither, each a line of it. */
#include "driver.h"

#include "client/secret.h"
#include "files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char first[SECRET_SIZE], second[SECRET_SIZE];
    fuzz_hush();
    fuzz_write_file("secret", data, size);
    for (int count = 1; count <= 2; count++) {
        memset(first, 1, sizeof first);
        memset(second, 1, sizeof second);
        if (secret_read(fuzz_path, count, first, second))
            continue;
        CLAIM(memchr(first, '\0', sizeof first) && *first && !strpbrk(first, "\r\n"));
        CLAIM(size >= strlen(first) && memcmp(data, first, strlen(first)) == 0);
        if (count == 2)
            CLAIM(memchr(second, '\0', sizeof second) && *second && !strpbrk(second, "\r\n"));
    }
    return 0;
}
