/* What an examination finds: shown as it is found, and counted. */
#ifndef FORKCHAT_DOCTOR_FINDINGS_H
#define FORKCHAT_DOCTOR_FINDINGS_H

#include <stdbool.h>

enum finding_level {
    FINDING_OK,
    FINDING_HINT,    /* it works; it could be better */
    FINDING_WARNING, /* it works, but not all of it, or not always */
    FINDING_FAULT,   /* it does not work, or is not safe */
    FINDING_LEVELS
};

struct findings {
    bool json;
    bool only_trouble; /* nothing is said of what is in order */
    int counts[FINDING_LEVELS];
};

/* One more, about `area` (a word). `cure`: what helps, or NULL. Written to standard output. */
void findings_add(struct findings *findings, enum finding_level level, const char *area, const char *cure,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* How many there were of each, for people. Returns the exit status: 0, 1 with warnings, 2 with faults. */
int findings_end(const struct findings *findings);

#endif
