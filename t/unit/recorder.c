/* The flight recorder: what it keeps, what it leaves out, and that whoever dies or lies leaves something that can be
 * read.
 *
 * It is compiled into this test, with its crash points in, in place of the one in the library. */
#define CRASHPOINTS
#include "world/recorder.c"

#include "check.h"
#include "child.h"
#include "world/crashes.h"

static struct txn txn;
static struct world world;
static char name[REGION_NAME_SIZE];
static const char *deadly; /* the crash point at which a child dies */
static struct recording recording;
static char shown[1024];
static bool sanitized; /* a sanitizer has its own handlers */

void crashpoint_pass(const char *point)
{
    if (deadly && strcmp(deadly, point) == 0)
        child_die();
}

static void start(void)
{
    struct world_limits limits = {
        .users = 3, .connections = 3, .channels = 10, .members = 40, .masks = 50, .couriers = 2};
    child_name_region(name);
    CHECK(txn_create(&txn, name, WORLD_LAYOUT, RING_MIN_SIZE, world_size(&limits)) == 0);
    world_create(&world, &txn, &limits);
}

static void stop(void)
{
    region_unmap(&txn.region);
    region_unlink(name);
}

static const char *show(const struct recorded_line *line)
{
    struct text text;
    text_init(&text, shown, sizeof shown);
    recorded_line_show(line, &text);
    CHECK(!text.cut && text_is_utf8(shown, text.length));
    for (const char *c = shown; *c; c++)
        CHECK((unsigned char)*c >= ' ' && *c != 0x7f);
    return shown;
}

/* Puts into `shown` what is shown of that line, the only one of its process. */
static const char *keep(const char *bytes, size_t length)
{
    struct recorder_shm *place = recorder_of_connection(&world, 0);
    recorder_begin(place, 7);
    recorder_line(place, bytes, length, false);
    recorder_read(place, 7, 0, &recording);
    CHECK(recording.count == 1);
    return show(&recording.lines[0]);
}

static bool keeps(const char *bytes, size_t length, const char *expected)
{
    if (strcmp(keep(bytes, length), expected) == 0)
        return true;
    printf("# shown: %s\n", shown);
    return false;
}

#define KEEPS(literal, expected) CHECK(keeps(literal, sizeof(literal) - 1, expected))

static void secrets(void)
{
    start();
    KEEPS("PASS geheim", "PASS …");
    KEEPS("pass  :geheim", "pass …");
    KEEPS("PASS", "PASS");
    KEEPS("PASS ", "PASS ");
    KEEPS("OPER root geheim", "OPER …");
    KEEPS("/oper root geheim", "/oper …");
    KEEPS("//oper\troot geheim", "//oper …");
    KEEPS("@time=1;x=y :me!u@h OPER root geheim", "@time=1;x=y :me!u@h OPER …");
    KEEPS("REGISTER * toto@example.org geheim", "REGISTER …");
    KEEPS("VERIFY toto geheim", "VERIFY …");
    KEEPS("\tMSG NickServ :identify geheim", "\\x09MSG NickServ …");
    KEEPS("\xef\xbb\xbf/login geheim", "\\xef\\xbb\\xbf/login …");
    KEEPS("AUTHENTICATE Z2VoZWlt", "AUTHENTICATE …");
    KEEPS("PRIVMSG x :IDENTIFY geheim", "PRIVMSG x :IDENTIFY …");
    KEEPS("MSG NickServ id geheim", "MSG NickServ …");
    KEEPS("NS IDENTIFY geheim", "NS …");
    KEEPS("/login toto geheim", "/login …");
    KEEPS("Authorization: Basic Z2VoZWlt", "Authorization …");
    KEEPS("json oper root geheim", "json oper …");
    KEEPS("x\rPASS geheim", "x\\x0dPASS …");
    KEEPS("\0PASS\0geheim", "\\x00PASS …");
    KEEPS("JOIN #a,#b key,key", "JOIN #a,#b …");
    KEEPS("join #a #key", "join #a …");
    KEEPS("JOIN #a", "JOIN #a");
    KEEPS(":x JOIN :#a", ":x JOIN :#a");
    KEEPS("MODE #a +k key", "MODE #a +k …");
    KEEPS("/mode +k key", "/mode +k …");
    KEEPS("MODE #a +m", "MODE #a +m");
    KEEPS("MSG let us join the others in that mode", "MSG let us join the others in that mode");
    KEEPS("MSG a passenger operates a compass", "MSG a passenger operates a compass");
    KEEPS("", "");
    stop();
}

static void escapes(void)
{
    start();
    KEEPS("a\033[2J\x7f\\", "a\\x1b[2J\\x7f\\\\");
    KEEPS("\xc3\xa9 \xf0\x9f\x98\x80", "é 😀");
    KEEPS("\xff \xc2\x9b \xed\xa0\x80", "\\xff \\xc2\\x9b \\xed\\xa0\\x80");
    KEEPS("\xe2\x80\xae\xe2\x80\xa8\xe2\x80\x8b\xef\xbb\xbf",
          "\\xe2\\x80\\xae\\xe2\\x80\\xa8\\xe2\\x80\\x8b\\xef\\xbb\\xbf");
    stop();
}

static void cuts(void)
{
    char line[400], expected[400];
    start();
    memset(line, 'x', sizeof line);
    for (size_t length = RECORDER_BYTES - 2; length < RECORDER_BYTES + 3; length++) {
        size_t kept = length < RECORDER_BYTES ? length : RECORDER_BYTES;
        snprintf(expected, sizeof expected, "%.*s%s", (int)kept, line, kept < length ? " …" : "");
        CHECK(keeps(line, length, expected) && recording.lines[0].length == length);
    }
    /* A word that asks for a password and is cut asks no more, but what it asks for is not there either. */
    memcpy(line + RECORDER_BYTES - 3, " PASS geheim", 12);
    CHECK(!strstr(keep(line, sizeof line), "ge"));
    memset(line, 0, sizeof line);
    CHECK(strlen(keep(line, sizeof line)) == RECORDER_BYTES * 4 + strlen(" …"));
    /* A length tells nothing of a password. */
    keep("OPER root geheim", 16);
    CHECK(recording.lines[0].length == 0);
    stop();
}

static void keeps_last(void)
{
    start();
    struct recorder_shm *place = recorder_of_connection(&world, 1);
    char line[20];
    recorder_begin(place, 7);
    for (unsigned i = 0; i < 3 * RECORDER_LINES; i++) {
        int length = snprintf(line, sizeof line, "line %u", i);
        recorder_line(place, line, (size_t)length, false);
        recorder_read(place, 7, 0, &recording);
        uint32_t count = i + 1 < RECORDER_LINES ? i + 1 : RECORDER_LINES;
        CHECK(recording.count == count && recording.working);
        for (uint32_t k = 0; k < count; k++) {
            snprintf(line, sizeof line, "line %u", i + 1 - count + k);
            CHECK(strcmp(show(&recording.lines[k]), line) == 0);
        }
    }
    recorder_rest(place);
    recorder_read(place, 7, 0, &recording);
    CHECK(!recording.working);
    stop();
}

static void forgets(void)
{
    start();
    struct recorder_shm *place = recorder_of_connection(&world, 1);
    recorder_begin(place, 7);
    recorder_line(place, "of one", 6, false);
    recorder_read(place, 8, 0, &recording);
    CHECK(recording.count == 0 && !recording.working);
    recorder_begin(place, 8);
    recorder_read(place, 8, 0, &recording);
    CHECK(recording.count == 0 && !recording.working);
    recorder_line(place, "of two", 6, false);
    recorder_clear(place);
    recorder_read(place, 8, 0, &recording);
    CHECK(recording.count == 0);
    for (size_t i = 0; i < sizeof *place; i++)
        CHECK(((const char *)place)[i] == 0);
    recorder_begin(NULL, 7);
    recorder_line(NULL, "", 0, false);
    recorder_rest(NULL);
    recorder_clear(NULL);
    CHECK(!recorder_of_connection(&world, 3) && !recorder_of_courier(&world, 2));
    stop();
}

static void dies_writing(void)
{
    static const char *const points[] = {"recorder-begun", "recorder-copied"};
    start();
    struct recorder_shm *place = recorder_of_connection(&world, 1);
    for (size_t point = 0; point < 2; point++)
        for (unsigned before = 0; before < 2 * RECORDER_LINES; before++) {
            pid_t pid = fork();
            if (pid == 0) {
                recorder_begin(place, 7);
                for (unsigned i = 0; i < before; i++)
                    recorder_line(place, "whole", 5, false);
                deadly = points[point];
                recorder_line(place, "half of it", 10, false);
                _exit(1);
            }
            int status;
            CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
            recorder_read(place, 7, SIGKILL, &recording);
            CHECK(recording.count == (before < RECORDER_LINES ? before : RECORDER_LINES - 1));
            for (uint32_t i = 0; i < recording.count; i++)
                CHECK(strcmp(show(&recording.lines[i]), "whole") == 0);
        }
    stop();
}

static void lies(void)
{
    start();
    struct recorder_shm *place = recorder_of_connection(&world, 1);
    srand(1);
    for (int round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof *place; i++)
            ((unsigned char *)place)[i] = (unsigned char)(round % 4 ? rand() : 0xff);
        if (round % 2)
            for (uint32_t i = 0; i < RECORDER_LINES; i++)
                place->lines[i].kept %= RECORDER_BYTES + 2;
        atomic_store(&place->pid, 7);
        recorder_read(place, 7, round % 3 ? 11 : RECORDER_ANY, &recording);
        CHECK(recording.count <= RECORDER_LINES);
        CHECK(recording.fault.signal == 0 || fault_signal_name(recording.fault.signal));
        for (uint32_t i = 0; i < recording.count; i++)
            show(&recording.lines[i]);
    }
    stop();
}

static void others_take_turns(void)
{
    start();
    struct recorder_shm *all[RECORDER_OTHERS];
    int32_t us = (int32_t)getpid();
    for (int i = 0; i < (int)RECORDER_OTHERS; i++) {
        CHECK(!recorder_find_other(&world, -1));
        all[i] = recorder_take_other(&world, us);
        CHECK(all[i] && recorder_find_other(&world, us) == all[0]);
    }
    CHECK(!recorder_take_other(&world, us));
    CHECK((char *)(all[RECORDER_OTHERS - 1] + 1) == (char *)world.recorders + recorders_size(&world.limits));
    recorder_clear(all[5]);
    CHECK(recorder_take_other(&world, us) == all[5]);
    /* One that does not exist any more, and that nobody has cleared up after. */
    pid_t gone = fork();
    if (gone == 0)
        _exit(0);
    waitpid(gone, NULL, 0);
    atomic_store(&all[7]->pid, (int32_t)gone);
    CHECK(recorder_take_other(&world, us) == all[7]);
    stop();
}

/* ---- faults ---- */

static int descend(int depth)
{
    volatile char room[4096];
    room[0] = (char)depth;
    return depth > 0 ? descend(depth + 1) + room[0] : 0;
}

static void touch(void)
{
    volatile int *volatile nowhere = (volatile int *)24;
    *nowhere = 0;
}

static void run_out_of_stack(void)
{
    struct rlimit small = {1 << 20, 1 << 20};
    setrlimit(RLIMIT_STACK, &small);
    descend(1);
}

static void abort_it(void)
{
    abort();
}

static void send_it(void)
{
    kill(getpid(), SIGFPE);
}

static void be_killed(void)
{
    kill(getpid(), SIGKILL);
}

/* A child dies of `body`: of what, and what it wrote down. */
static int dies_of(void (*body)(void))
{
    struct recorder_shm *place = recorder_of_connection(&world, 1);
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        recorder_begin(place, 7);
        body();
        _exit(0);
    }
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    recorder_read(place, 7, RECORDER_ANY, &recording);
    struct fault any = recording.fault;
    recorder_read(place, 7, 0, &recording);
    CHECK(recording.fault.signal == 0);
    recorder_read(place, 7, signal, &recording);
    CHECK(memcmp(&any, &recording.fault, sizeof any) == 0);
    CHECK(recording.fault.sender == 0 || recording.fault.sender == pid);
    return signal;
}

static void faults(void)
{
    if (sanitized)
        return;
    start();
    const struct fault *fault = &recording.fault;
    CHECK(dies_of(touch) == SIGSEGV && fault->signal == SIGSEGV && fault->address == 24 && fault->sender == 0);
    CHECK(dies_of(run_out_of_stack) == SIGSEGV && fault->signal == SIGSEGV && fault->address > 4096);
    CHECK(dies_of(abort_it) == SIGABRT && fault->signal == SIGABRT && fault->sender != 0);
    CHECK(dies_of(send_it) == SIGFPE && fault->signal == SIGFPE && fault->sender != 0 && fault->address == 0);
    CHECK(dies_of(be_killed) == SIGKILL && fault->signal == 0);
    CHECK(strcmp(fault_signal_name(SIGSYS), "SIGSYS") == 0 && !fault_signal_name(0) && !fault_signal_name(12345));
    stop();
}

/* ---- crashes ---- */

static void crashes(void)
{
    start();
    txn_begin_look(&txn);
    uint64_t at = UINT64_MAX;
    CHECK(!crash_before_locked(&world, &at));
    for (int i = 1; i <= 2 * (int)CRASHES + 3; i++) {
        struct crash_shm crash = {.pid = i};
        crash_add_locked(&world, &crash);
        const struct crash_shm *found;
        int expected = i;
        at = UINT64_MAX;
        while ((found = crash_before_locked(&world, &at)))
            CHECK(found->pid == expected--);
        CHECK(i - expected == (i < (int)CRASHES ? i : (int)CRASHES));
    }
    txn_commit(&txn);
    stop();
}

int main(void)
{
    struct sigaction theirs;
    sanitized = sigaction(SIGSEGV, NULL, &theirs) || theirs.sa_handler != SIG_DFL;
    CASE("what follows a word that asks for a password is not kept", secrets);
    CASE("what is no visible character is shown as its bytes", escapes);
    CASE("long lines are cut", cuts);
    CASE("the last lines are kept, in order", keeps_last);
    CASE("nothing is left of who was there before", forgets);
    CASE("whoever dies while writing loses that line alone", dies_writing);
    CASE("whatever stands there can be read", lies);
    CASE("those without a place take one that is free", others_take_turns);
    CASE("a fault is written down and still ends the process", faults);
    CASE("the last crashes are kept, the newest first", crashes);
    CHECK_DONE();
}
