/* model/read_gate.h - readers inside or the writer, never both: for chunks that go while others
 * look at what is left.
 *
 * Readers are counted while they walk; the writer closes the gate only when it finds nobody inside,
 * frees, and opens it again. It never waits: with a reader inside, the chunks stay until a later
 * row. A reader that meets the closed gate spins for the microseconds that freeing takes.
 *
 * Thread: one writer closes and opens, any number of readers enter and leave.  Owner: a log, apart
 * from it, so that readers of a const log can go through it. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

struct read_gate {      /* zeroed: open, nobody inside */
    atomic_int readers; /* READ_GATE_CLOSED: the writer is freeing */
};

/* Reader: what is there stays until read_gate_leave. */
void read_gate_enter(struct read_gate *gate);
void read_gate_leave(struct read_gate *gate);

/* Writer. False: a reader is inside, nothing may go. True: nobody enters before read_gate_open. */
bool read_gate_close(struct read_gate *gate);
void read_gate_open(struct read_gate *gate);
