#include "model/read_gate.h"

enum { READ_GATE_CLOSED = -1 };

void read_gate_enter(struct read_gate *gate) {
    /* relaxed: a first guess; the exchange below orders what follows */
    int readers = atomic_load_explicit(&gate->readers, memory_order_relaxed);
    for (;;) {
        if (readers == READ_GATE_CLOSED) {
            readers = atomic_load_explicit(&gate->readers, memory_order_relaxed);
            continue;
        }
        /* acquire: pairs with the writer's opening of the gate */
        if (atomic_compare_exchange_weak_explicit(&gate->readers, &readers, readers + 1,
                                                  memory_order_acquire, memory_order_relaxed)) {
            return;
        }
    }
}

void read_gate_leave(struct read_gate *gate) {
    /* release: our reading comes before the writer's freeing */
    atomic_fetch_sub_explicit(&gate->readers, 1, memory_order_release);
}

bool read_gate_close(struct read_gate *gate) {
    int empty = 0;
    /* acquire: what readers did with the chunks comes before the freeing; relaxed: closed by a
     * reader, nothing is touched */
    return atomic_compare_exchange_strong_explicit(&gate->readers, &empty, READ_GATE_CLOSED,
                                                   memory_order_acquire, memory_order_relaxed);
}

void read_gate_open(struct read_gate *gate) {
    /* release: the next reader sees the directories without the chunks */
    atomic_store_explicit(&gate->readers, 0, memory_order_release);
}
