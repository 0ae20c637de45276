/* base/hash.h - 64-bit and 128-bit FNV-1a style hashes of bytes; the same on every machine.
 * Thread: any.  Not for secrets. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { HASH_BYTES_128 = 16 };
#define HASH_START UINT64_C(0xcbf29ce484222325)

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size_bytes);
void hash_bytes_128(const void *bytes, size_t size_bytes, uint8_t out[HASH_BYTES_128]);
