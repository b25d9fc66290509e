/* Commands of forkchatctl(8) that look at the host and the configuration, with a running daemon or without. */
#ifndef FORKCHAT_DOCTOR_DOCTOR_H
#define FORKCHAT_DOCTOR_DOCTOR_H

#include <stdbool.h>

/* Examines everything. `runtime_directory`: NULL unless it was named. `words`: the command and its arguments, ended by
 * NULL. Returns the exit status: 0, 1 with warnings, 2 with faults, 64 for wrong arguments. */
int doctor_examine(const char *runtime_directory, bool json, char **words);

/* Tells how many clients the host carries. Returns 0, or 1 if more are configured. */
int doctor_limits(const char *runtime_directory, bool json, char **words);

#endif
