#include "base/hash.h"

/* FNV-1a: xor a byte, multiply by a prime.  The 128-bit prime is 2^88 + 0x13b. */
__extension__ typedef unsigned __int128 hash_u128;

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size_bytes) {
    const unsigned char *at = bytes;
    for (size_t i = 0; i < size_bytes; i++) {
        hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

void hash_bytes_128(const void *bytes, size_t size_bytes, uint8_t out[HASH_BYTES_128]) {
    const unsigned char *at = bytes;
    const hash_u128 prime = ((hash_u128)1 << 88) + 0x13b;
    hash_u128 hash = ((hash_u128)UINT64_C(0x6c62272e07bb0142) << 64) | UINT64_C(0x62b821756295c58d);
    for (size_t i = 0; i < size_bytes; i++) {
        hash = (hash ^ at[i]) * prime;
    }
    /* Most significant byte first, so that the text form reads like the published vectors. */
    for (int i = HASH_BYTES_128 - 1; i >= 0; i--) {
        out[i] = (uint8_t)hash;
        hash >>= 8;
    }
}
