/* base/mailbox.h - latest wins: three buffers between one writer and one reader, nobody waits.
 *
 * Thread: one writer, one reader.  Owner: whoever called mailbox_init.  A value that the reader has
 * not taken when the next is published is overwritten, by design. */
#pragma once

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct mailbox {
    unsigned char *bytes; /* owned: three buffers of stride_bytes, zeroed at init */
    size_t stride_bytes;
    alignas(64) atomic_uint middle; /* index of the buffer in the middle, bit 2: not yet taken */
    alignas(64) unsigned back;      /* writer only */
    alignas(64) unsigned front;     /* reader only */
};

bool mailbox_init(struct mailbox *mailbox, size_t size_bytes); /* false: out of memory */
void mailbox_finish(struct mailbox *mailbox);                  /* NULL and zeroed accepted */

void *mailbox_back(struct mailbox *mailbox);   /* writer: the buffer to fill; contents are stale */
void mailbox_publish(struct mailbox *mailbox); /* writer: hand it over; mailbox_back changes */
bool mailbox_take(struct mailbox *mailbox);    /* reader: newest to the front; false: nothing new */
void *mailbox_front(struct mailbox *mailbox);  /* reader: what was last taken (zeroed before) */
