#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/hash.h"
#include "base/str.h"

/* The published vectors of FNV-1a. */
static const struct {
    const char *text;
    uint64_t hash;
    const char *hash_128;
} vectors[] = {
    {"", UINT64_C(0xcbf29ce484222325), "6c62272e07bb014262b821756295c58d"},
    {"a", UINT64_C(0xaf63dc4c8601ec8c), "d228cb696f1a8caf78912b704e4a8964"},
    {"foobar", UINT64_C(0x85944171f73967e8), "343e1662793c64bf6f0d3597ba446f18"},
};

static void published_vectors_come_out(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(vectors); i++) {
        const size_t len = strlen(vectors[i].text);
        uint8_t bytes[HASH_BYTES_128] = {0};
        char text[2 * HASH_BYTES_128 + 1] = "";
        assert_true(hash_bytes(HASH_START, vectors[i].text, len) == vectors[i].hash);
        hash_bytes_128(vectors[i].text, len, bytes);
        for (size_t k = 0; k < HASH_BYTES_128; k++) {
            str_append(text, sizeof text, "%02x", bytes[k]);
        }
        assert_string_equal(text, vectors[i].hash_128);
    }
}

static void parts_hash_like_the_whole(void **state) {
    (void)state;
    const uint64_t parts = hash_bytes(hash_bytes(HASH_START, "foo", 3), "bar", 3);
    assert_true(parts == hash_bytes(HASH_START, "foobar", 6));
    assert_true(hash_bytes(parts, NULL, 0) == parts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors_come_out),
        cmocka_unit_test(parts_hash_like_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
