/* control/child.h - a program of the user's, run beside ours: its input given, its end awaited.
 *
 * Thread: one, the owner's.  Owner: alert_delivery.  Nothing here waits but child_kill.  The child
 * begins with no signal blocked or ignored, in a process group of its own, with our standard error,
 * no standard output, and no other descriptor.  Limit: CHILD_INPUT_BYTES_MAX, what a pipe holds. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/status.h"

enum { CHILD_INPUT_BYTES_MAX = 16 * 1024 };

struct child_desc {
    const char *const *arguments;   /* the first is the program, looked up in PATH; ended by NULL */
    const char *const *environment; /* "NAME=value" added to ours; ended by NULL */
    const char *input;              /* its standard input */
    size_t input_len;
};

/* STATUS_NOT_FOUND: no such program; STATUS_RANGE: too much input; STATUS_MEMORY; STATUS_IO: the
 * system refused. */
enum status child_start(const struct child_desc *desc, pid_t *out);

enum child_state { CHILD_RUNS, CHILD_ENDED_WELL, CHILD_ENDED_BADLY };
/* Has it ended? Once it has, the process is no more. *code: its exit status, or 128 and the signal.
 */
enum child_state child_look(pid_t child, int *code);
/* Kill it with all that it started, and wait for its end. */
void child_kill(pid_t child);
