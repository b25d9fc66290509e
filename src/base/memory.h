/* Memory without which there is no going on. */
#ifndef FORKCHAT_BASE_MEMORY_H
#define FORKCHAT_BASE_MEMORY_H

#include <stddef.h>

/* Returns `memory`, what malloc(3) and its kind gave; if that is NULL, the process ends with EX_OSERR and a line of the
 * log. Does not block. */
void *memory_must(void *memory);

/* A copy of the string for the heap, to be freed. */
char *memory_keep(const char *string);

/* Overwrites what nobody is to find there later. */
void memory_wipe(void *memory, size_t length);

#endif
