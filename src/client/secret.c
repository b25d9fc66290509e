/* Passwords from files. The file is judged by its open descriptor, so that what was judged is what is read. */
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

static int check(int fd, const char *path)
{
    struct stat status;
    if (fstat(fd, &status)) {
        log_error("%s: %s", path, strerror(errno));
        return EX_NOINPUT;
    }
    if (!S_ISREG(status.st_mode)) {
        log_error("%s is not a file: put the password into one, and chmod 600 it", path);
        return EX_CONFIG;
    }
    if (status.st_uid != getuid() && status.st_uid != 0) {
        log_error("%s belongs to somebody else, who could change it: make a copy of your own", path);
        return EX_NOPERM;
    }
    if (status.st_mode & (S_IRWXG | S_IRWXO)) {
        log_error("%s can be read by others: chmod 600 %s", path, path);
        return EX_NOPERM;
    }
    return 0;
}

/* Cuts the next line off *rest into `to`. False if it is missing, empty or too long. */
static int take(char **rest, char *to)
{
    size_t length = strcspn(*rest, "\r\n");
    if (length == 0 || length >= SECRET_SIZE)
        return 0;
    memcpy(to, *rest, length);
    to[length] = '\0';
    *rest += length;
    *rest += strspn(*rest, "\r\n");
    return 1;
}

int secret_read(const char *path, int count, char *first, char *second)
{
    char bytes[1024] = "", *rest = bytes;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        log_error("%s: %s", path, strerror(errno));
        return EX_NOINPUT;
    }
    int status = check(fd, path);
    if (!status && read(fd, bytes, sizeof bytes - 1) < 0) {
        log_error("%s: %s", path, strerror(errno));
        status = EX_NOINPUT;
    }
    close(fd);
    if (status)
        return status;
    rest += text_mark_length(bytes, strlen(bytes));
    if (!take(&rest, first) || (count > 1 && !take(&rest, second))) {
        log_error(count > 1 ? "%s: expected the account on the first line and the password on the second"
                            : "%s: expected the password on the first line",
                  path);
        return EX_CONFIG;
    }
    return 0;
}
