/* Debian's musl leaves out crypt(3). The static libcrypt of its glibc serves as well, but for a few names that
 * only glibc has: here they are. Linked into musl builds only. */
#define _DEFAULT_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

void __explicit_bzero_chk(void *bytes, size_t length, size_t size);
int __snprintf_chk(char *to, size_t length, int flag, size_t size, const char *format, ...);
void arc4random_buf(void *bytes, size_t length);

void __explicit_bzero_chk(void *bytes, size_t length, size_t size)
{
    explicit_bzero(bytes, length < size ? length : size);
}

int __snprintf_chk(char *to, size_t length, int flag, size_t size, const char *format, ...)
{
    va_list arguments;
    (void)flag;
    va_start(arguments, format);
    int result = vsnprintf(to, length < size ? length : size, format, arguments);
    va_end(arguments);
    return result;
}

/* Called only to make new salts, which forkchat never does. */
void arc4random_buf(void *bytes, size_t length)
{
    while (getrandom(bytes, length, 0) != (ssize_t)length)
        ;
}
