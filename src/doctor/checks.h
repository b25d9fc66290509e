/* The checks of forkchatctl doctor: each looks at one thing and tells its findings. */
#ifndef FORKCHAT_DOCTOR_CHECKS_H
#define FORKCHAT_DOCTOR_CHECKS_H

#include <stdbool.h>
#include <sys/types.h>

#include "findings.h"

struct settings;

/* What is examined. */
struct patient {
    const char *file; /* the configuration, or NULL if there is none */
    const struct settings *settings;
    pid_t supervisor; /* of the daemon that runs in the runtime directory, or 0 */
    bool as_root;     /* it runs, or would be started, as root */
    bool starts_here; /* none runs: it would be started with what this process has */
};

void check_configuration(struct findings *findings, const struct patient *patient);
void check_files(struct findings *findings, const struct patient *patient);
void check_ports(struct findings *findings, const struct patient *patient);
void check_limits(struct findings *findings, const struct patient *patient);
void check_memory(struct findings *findings, const struct patient *patient);
void check_clock(struct findings *findings, const struct patient *patient);
void check_service(struct findings *findings, const struct patient *patient);
void check_firewall(struct findings *findings, const struct patient *patient);

#endif
