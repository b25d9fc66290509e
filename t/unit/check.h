/* The whole framework of the unit tests: cases are sentences, output is TAP. */
#ifndef FORKCHAT_T_UNIT_CHECK_H
#define FORKCHAT_T_UNIT_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int check_cases, check_failures, check_failed;

/* Fails the running case if `condition` is false, and goes on with it. */
#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                           \
            check_failed = 1;                                                                                          \
        }                                                                                                              \
    } while (0)

/* Runs the function `body` as the case that `sentence` names. */
#define CASE(sentence, body)                                                                                           \
    do {                                                                                                               \
        check_failed = 0;                                                                                              \
        alarm(300); /* who hangs dies */                                                                               \
        body();                                                                                                        \
        alarm(0);                                                                                                      \
        check_failures += check_failed;                                                                                \
        printf("%sok %d - %s\n", check_failed ? "not " : "", ++check_cases, sentence);                                 \
        fflush(stdout);                                                                                                \
    } while (0)

/* Ends main(): the plan, and the exit status. */
#define CHECK_DONE()                                                                                                   \
    do {                                                                                                               \
        printf("1..%d\n", check_cases);                                                                                \
        return check_failures != 0;                                                                                    \
    } while (0)

#endif
