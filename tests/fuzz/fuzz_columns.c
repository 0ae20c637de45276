/* Strangers' bytes as a pack of a recording, behind zstd so that its checksum does not stop them.
 * What comes out is whole messages of valid slots, and packs to itself again. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "archive/columns.h"
#include "base/hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
    if (!condition) {
        abort();
    }
}

static uint64_t hash_all(const struct event *slots, size_t count) {
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < count; i++) {
        hash = event_hash(hash, &slots[i]);
    }
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct columns *columns; /* kept: large */
    static unsigned char packed[1 << 20];
    const struct event *slots = NULL;
    struct span again;
    size_t count = 0;
    if (columns == NULL) {
        columns = columns_create();
        require(columns != NULL);
    }
    (void)columns_unpack(columns, data, size, &slots, &count); /* as it is */
    const size_t len = ZSTD_compress(packed, sizeof packed, data, size, 1);
    if (ZSTD_isError(len) || columns_unpack(columns, packed, len, &slots, &count) != STATUS_OK) {
        return 0;
    }
    require(count > 0 && count <= COLUMNS_SLOTS_MAX);
    bool inside = false;
    for (size_t i = 0; i < count; i++) {
        require(event_is_valid(&slots[i]));
        require(((slots[i].flags & EVENT_FLAG_BEGIN) == 0) == inside);
        inside = (slots[i].flags & EVENT_FLAG_END) == 0;
    }
    require(!inside);
    struct event *copy = malloc(count * sizeof *copy);
    require(copy != NULL);
    memcpy(copy, slots, count * sizeof *copy);
    const uint64_t hash = hash_all(copy, count);
    require(columns_pack(columns, copy, count, &again));
    free(copy);
    memcpy(packed, again.bytes, again.len < sizeof packed ? again.len : 0);
    if (again.len < sizeof packed) {
        require(columns_unpack(columns, packed, again.len, &slots, &count) == STATUS_OK);
        require(hash_all(slots, count) == hash);
    }
    return 0;
}
