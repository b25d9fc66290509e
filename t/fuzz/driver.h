/* main() of a fuzz target where there is no fuzzing engine: runs its corpus, and mutations of it
 * that are the same on every machine for the same seed.
 *
 *     NAME [-runs=N] [-seed=S] [-max_total_time=SECONDS] [FILE|DIRECTORY]...
 *
 * Each file, and each file of a directory, is run once; then N mutations, or as many as fit into
 * the time. A finding is a death by signal or sanitizer: the input is then left in NAME.finding
 * (FUZZ_FINDING names another file), to be run again by its name. The arguments are libFuzzer's, so
 * that the same commands work with a target built with -DFUZZ_LIBFUZZER -fsanitize=fuzzer: README.md. */
#ifndef FORKCHAT_T_FUZZ_DRIVER_H
#define FORKCHAT_T_FUZZ_DRIVER_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a target claims of its results. */
#define CLAIM(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); /* stderr may be shut */                    \
            fflush(stdout);                                                                                            \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* Once: what the code under test tells on standard error is not wanted. libFuzzer does it itself: -close_fd_mask=2. */
static inline void fuzz_hush(void);

#ifndef FUZZ_LIBFUZZER

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define FUZZ_INPUT_MAX 4096
#define FUZZ_FILES_MAX 1000

struct fuzz_input {
    uint8_t *bytes;
    size_t size;
};

static struct fuzz_input fuzz_corpus[FUZZ_FILES_MAX];
static int fuzz_files;
static uint64_t fuzz_state;
static const uint8_t *fuzz_running; /* the input of the moment, for fuzz_die */
static size_t fuzz_running_size;
static char fuzz_finding[256];

/* Keeps the input that kills us. Called by a handler: system calls only. */
static void fuzz_keep(void)
{
    static const char said[] = "the input is kept in ";
    int fd = open(fuzz_finding, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0 || write(fd, fuzz_running, fuzz_running_size) < 0 || close(fd))
        return;
    if (write(STDERR_FILENO, said, sizeof said - 1) < 0 ||
        write(STDERR_FILENO, fuzz_finding, strlen(fuzz_finding)) < 0 || write(STDERR_FILENO, "\n", 1) < 0)
        return;
}

static void fuzz_die(int number)
{
    fuzz_keep();
    signal(number, SIG_DFL);
    raise(number);
}

/* There only in a program built with a sanitizer, which ends without a signal. */
extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static uint64_t fuzz_random(uint64_t bound)
{
    fuzz_state ^= fuzz_state << 13;
    fuzz_state ^= fuzz_state >> 7;
    fuzz_state ^= fuzz_state << 17;
    return (fuzz_state >> 11) % bound;
}

/* Runs a copy of exactly its size, so that a sanitizer sees a read beyond the end. */
static void fuzz_run(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    memcpy(copy, bytes, size);
    fuzz_running = copy;
    fuzz_running_size = size;
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void fuzz_add_file(const char *path)
{
    uint8_t bytes[FUZZ_INPUT_MAX];
    int fd = open(path, O_RDONLY);
    ssize_t size = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
    if (size < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
    }
    close(fd);
    if (fuzz_files == FUZZ_FILES_MAX)
        return;
    struct fuzz_input *input = &fuzz_corpus[fuzz_files++];
    input->size = (size_t)size;
    input->bytes = malloc(input->size + 1);
    if (!input->bytes)
        abort();
    memcpy(input->bytes, bytes, input->size);
}

static inline void fuzz_hush(void)
{
    static int hushed;
    if (!hushed++ && !freopen("/dev/null", "w", stderr))
        abort();
}

static int fuzz_by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void fuzz_add(const char *path)
{
    DIR *directory = opendir(path);
    if (!directory) {
        fuzz_add_file(path);
        return;
    }
    char *names[FUZZ_FILES_MAX] = {NULL};
    int count = 0;
    for (struct dirent *entry; count < FUZZ_FILES_MAX && (entry = readdir(directory));)
        if (entry->d_name[0] != '.')
            names[count++] = strdup(entry->d_name);
    closedir(directory);
    qsort(names, (size_t)count, sizeof *names, fuzz_by_name); /* the same order everywhere */
    for (int i = 0; i < count; i++) {
        char whole[1024];
        snprintf(whole, sizeof whole, "%s/%s", path, names[i]);
        fuzz_add_file(whole);
        free(names[i]);
    }
}

/* Puts `count` bytes in the place of `removed` ones at `at`. */
static void fuzz_splice(struct fuzz_input *input, size_t at, size_t removed, const uint8_t *bytes, size_t count)
{
    if (input->size - removed + count > FUZZ_INPUT_MAX)
        return;
    uint8_t kept[FUZZ_INPUT_MAX]; /* `bytes` may lie in the input itself */
    memcpy(kept, bytes, count);
    memmove(input->bytes + at + count, input->bytes + at + removed, input->size - at - removed);
    memcpy(input->bytes + at, kept, count);
    input->size = input->size - removed + count;
}

static void fuzz_mutate(struct fuzz_input *input)
{
    static const char *const tokens[] = {"\n",
                                         "\r\n",
                                         "\r",
                                         " ",
                                         "\t",
                                         "#",
                                         "\"",
                                         ":",
                                         ",",
                                         "/",
                                         "0",
                                         "65535",
                                         "-1",
                                         "%s",
                                         "%n",
                                         "\x1B[",
                                         "\x7F",
                                         "\x01",
                                         "\x02",
                                         "\x03"
                                         "4,",
                                         "\x04"
                                         "00ff00",
                                         "\x80",
                                         "\xC2\x9B",
                                         "\xC3",
                                         "\xE2\x82\xAC",
                                         "\xED\xA0\x80",
                                         "\xEF\xBF\xBD",
                                         "\xF0\x9F\x98\x80",
                                         "\xF4\x90\x80\x80",
                                         "\xFF",
                                         "\xFF\xFB\x01",
                                         "4294967296",
                                         "9223372036854775807",
                                         "99999999999999999999"};
    size_t at = fuzz_random(input->size + 1);
    size_t left = input->size - at;
    uint8_t byte = (uint8_t)fuzz_random(256);
    switch (fuzz_random(8)) {
    case 0: /* flip a bit */
        if (left)
            input->bytes[at] ^= (uint8_t)(1 << fuzz_random(8));
        break;
    case 1: /* another byte */
        if (left)
            input->bytes[at] = byte;
        break;
    case 2: /* one more byte */
        fuzz_splice(input, at, 0, &byte, 1);
        break;
    case 3: /* less */
        fuzz_splice(input, at, fuzz_random((left < 16 ? left : 16) + 1), &byte, 0);
        break;
    case 4: { /* something interesting */
        const char *token = tokens[fuzz_random(sizeof tokens / sizeof *tokens)];
        fuzz_splice(input, at, 0, (const uint8_t *)token, strlen(token));
        break;
    }
    case 5: /* a part again */
        fuzz_splice(input, fuzz_random(input->size + 1), 0, input->bytes + at,
                    fuzz_random((left < 64 ? left : 64) + 1));
        break;
    case 6: { /* go on as another input does */
        const struct fuzz_input *other = &fuzz_corpus[fuzz_random((uint64_t)fuzz_files)];
        size_t from = fuzz_random(other->size + 1);
        fuzz_splice(input, at, left, other->bytes + from, other->size - from);
        break;
    }
    default: /* the same byte many times */
        for (uint64_t times = fuzz_random(64); times > 0; times--)
            fuzz_splice(input, at, 0, &byte, 1);
        break;
    }
}

int main(int argc, char **argv)
{
    uint64_t runs = 0, done = 0, seed = 1;
    long seconds = 0;
    const char *name = strrchr(argv[0], '/');
    snprintf(fuzz_finding, sizeof fuzz_finding, "%s.finding", name ? name + 1 : argv[0]);
    if (getenv("FUZZ_FINDING"))
        snprintf(fuzz_finding, sizeof fuzz_finding, "%s", getenv("FUZZ_FINDING"));
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "-runs=", 6) == 0)
            runs = strtoull(argv[i] + 6, NULL, 10);
        else if (strncmp(argv[i], "-seed=", 6) == 0)
            seed = strtoull(argv[i] + 6, NULL, 10);
        else if (strncmp(argv[i], "-max_total_time=", 16) == 0)
            seconds = strtol(argv[i] + 16, NULL, 10);
        else
            fuzz_add(argv[i]);
    }
    static const int deaths[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM, SIGPROF};
    for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++)
        signal(deaths[i], fuzz_die);
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(fuzz_keep);

    for (int i = 0; i < fuzz_files; i++, done++)
        fuzz_run(fuzz_corpus[i].bytes, fuzz_corpus[i].size);
    if (fuzz_files == 0)
        fuzz_corpus[fuzz_files++] = (struct fuzz_input){.bytes = (uint8_t *)strdup("")};

    fuzz_state = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    uint8_t bytes[FUZZ_INPUT_MAX];
    time_t end = time(NULL) + seconds;
    for (uint64_t i = 0; i < runs || seconds > 0; i++, done++) {
        if (i % 64 == 0) {
            if (seconds > 0 && time(NULL) >= end)
                break;
            /* Inputs that take for ever are a finding; on a busy machine 60 s of ours may be long. */
            setitimer(ITIMER_PROF, &(struct itimerval){.it_value.tv_sec = 60}, NULL);
            alarm(900);
        }
        const struct fuzz_input *from = &fuzz_corpus[fuzz_random((uint64_t)fuzz_files)];
        struct fuzz_input input = {.bytes = bytes, .size = from->size};
        memcpy(bytes, from->bytes, from->size);
        for (uint64_t times = 1 + fuzz_random(8); times > 0; times--)
            fuzz_mutate(&input);
        fuzz_run(input.bytes, input.size);
    }
    alarm(0);
    setitimer(ITIMER_PROF, &(struct itimerval){{0}}, NULL);
    for (int i = 0; i < fuzz_files; i++)
        free(fuzz_corpus[i].bytes);
    printf("%llu inputs, no finding\n", (unsigned long long)done);
    return 0;
}

#else
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void fuzz_hush(void)
{
}
#endif

#endif
