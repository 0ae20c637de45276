#include "base/mailbox.h"

#include <assert.h>
#include <stdint.h>

enum { INDEX_MASK = 3, FRESH = 4 };

bool mailbox_init(struct mailbox *mailbox, size_t size_bytes) {
    *mailbox = (struct mailbox){0};
    if (size_bytes == 0 || size_bytes > (SIZE_MAX - 63) / 3 - 64) {
        return false;
    }
    /* Whole cache lines, so that writer and reader never share one. */
    const size_t stride_bytes = (size_bytes + 63) & ~(size_t)63;
    mailbox->bytes = aligned_alloc(64, stride_bytes * 3);
    if (mailbox->bytes == NULL) {
        return false;
    }
    memset(mailbox->bytes, 0, stride_bytes * 3);
    mailbox->stride_bytes = stride_bytes;
    mailbox->back = 0;
    mailbox->front = 1;
    atomic_init(&mailbox->middle, 2);
    return true;
}

void mailbox_finish(struct mailbox *mailbox) {
    if (mailbox == NULL) {
        return;
    }
    free(mailbox->bytes);
    mailbox->bytes = NULL;
    mailbox->stride_bytes = 0;
}

void *mailbox_back(struct mailbox *mailbox) {
    assert(mailbox->bytes != NULL);
    return mailbox->bytes + mailbox->back * mailbox->stride_bytes;
}

void mailbox_publish(struct mailbox *mailbox) {
    assert(mailbox->bytes != NULL);
    /* release: the buffer is complete before the reader can find it;
     * acquire: pairs with the reader's release, it has done with the buffer that comes back to us
     */
    const unsigned old =
        atomic_exchange_explicit(&mailbox->middle, mailbox->back | FRESH, memory_order_acq_rel);
    mailbox->back = old & INDEX_MASK;
}

bool mailbox_take(struct mailbox *mailbox) {
    assert(mailbox->bytes != NULL);
    /* relaxed: only a hint whether to exchange; the exchange below orders the contents */
    if ((atomic_load_explicit(&mailbox->middle, memory_order_relaxed) & FRESH) == 0) {
        return false;
    }
    /* acquire: pairs with the writer's release, the buffer is complete;
     * release: our reads of the old front are done before the writer may fill it */
    const unsigned old =
        atomic_exchange_explicit(&mailbox->middle, mailbox->front, memory_order_acq_rel);
    mailbox->front = old & INDEX_MASK;
    return true;
}

void *mailbox_front(struct mailbox *mailbox) {
    assert(mailbox->bytes != NULL);
    return mailbox->bytes + mailbox->front * mailbox->stride_bytes;
}
