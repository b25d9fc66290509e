/* A folder for the files of a target, in /tmp; it goes when the program ends well. */
#ifndef FORKCHAT_T_FUZZ_FILES_H
#define FORKCHAT_T_FUZZ_FILES_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char fuzz_folder[] = "/tmp/forkchat-fuzz-XXXXXX", fuzz_path[60];

static void fuzz_remove_folder(void)
{
    unlink(fuzz_path);
    rmdir(fuzz_folder);
}

/* Writes the file NAME in it; its path is fuzz_path. */
static void fuzz_write_file(const char *name, const void *bytes, size_t length)
{
    if (!*fuzz_path) {
        CLAIM(mkdtemp(fuzz_folder));
        snprintf(fuzz_path, sizeof fuzz_path, "%s/%s", fuzz_folder, name);
        atexit(fuzz_remove_folder);
    }
    int fd = open(fuzz_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CLAIM(fd >= 0 && (length == 0 || write(fd, bytes, length) == (ssize_t)length));
    close(fd);
}

#endif
