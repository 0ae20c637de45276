/* The scanner against cJSON: what the scanner accepts, cJSON reads with the same members, texts and
 * numbers; what cJSON prints, the scanner accepts. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NUMBER_BYTES_CJSON = 63 };

static void require(bool condition) {
    if (!condition) {
        abort();
    }
}

/* cJSON keeps strings up to their first NUL. */
static void same_text(const struct scan_value *value, const char *want) {
    size_t len = 0;
    char *decoded = malloc(value->text.len + 1);
    require(decoded != NULL && scan_decode(value, decoded, value->text.len, &len));
    decoded[len] = '\0';
    require(strcmp(decoded, want) == 0);
    free(decoded);
}

static void same_value(struct scan *scan, const cJSON *want) {
    struct scan_value value;
    struct span key;
    switch (scan_read(scan, &value)) {
    case SCAN_NULL:
        require(cJSON_IsNull(want));
        break;
    case SCAN_TRUE:
    case SCAN_FALSE:
        require(value.type == SCAN_TRUE ? cJSON_IsTrue(want) : cJSON_IsFalse(want));
        break;
    case SCAN_NUMBER: {
        char text[NUMBER_BYTES_CJSON + 1] = "";
        memcpy(text, value.text.bytes, value.text.len);
        require(cJSON_IsNumber(want) && cJSON_GetNumberValue(want) == strtod(text, NULL));
        break;
    }
    case SCAN_STRING:
        require(cJSON_IsString(want));
        same_text(&value, cJSON_GetStringValue(want));
        break;
    case SCAN_ARRAY: {
        require(cJSON_IsArray(want));
        const cJSON *child = want->child;
        for (; scan_next_element(scan); child = child->next) {
            require(child != NULL);
            same_value(scan, child);
        }
        require(child == NULL);
        break;
    }
    default: {
        require(value.type == SCAN_OBJECT && cJSON_IsObject(want));
        const cJSON *child = want->child;
        for (; scan_next_member(scan, &key); child = child->next) {
            require(child != NULL);
            const struct scan_value name = {.type = SCAN_STRING, .text = key};
            if (memchr(key.bytes, '\\', key.len) == NULL) {
                same_text(&name, child->string);
            }
            same_value(scan, child);
        }
        require(child == NULL);
    }
    }
}

/* cJSON cuts numbers at 63 characters. */
static bool has_long_number(const char *text, size_t len) {
    size_t run = 0;
    for (size_t i = 0; i < len; i++) {
        const bool part = (text[i] >= '0' && text[i] <= '9') || strchr("+-.eE", text[i]) != NULL;
        run = part && text[i] != '\0' ? run + 1 : 0;
        if (run >= NUMBER_BYTES_CJSON) {
            return true;
        }
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1); /* exact for the scanner, so that a read beyond it is seen */
    char *exact = malloc(size > 0 ? size : 1);
    struct scan scan;
    require(text != NULL && exact != NULL);
    if (size > 0) {
        memcpy(text, data, size);
        memcpy(exact, data, size);
    }
    text[size] = '\0';
    scan_init(&scan, exact, size);
    const bool accepted = scan_skip(&scan) && scan_end(&scan);
    /* cJSON knows a byte-order mark only before longer texts. */
    const size_t mark = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    cJSON *tree = cJSON_ParseWithLength(text + mark, size - mark);
    if (accepted && !has_long_number(text, size)) {
        require(tree != NULL);
        scan_init(&scan, exact, size);
        same_value(&scan, tree);
        require(scan_end(&scan));
    }
    char *print = tree == NULL ? NULL : cJSON_PrintUnformatted(tree);
    if (print != NULL) {
        scan_init(&scan, print, strlen(print));
        const bool again = scan_skip(&scan) && scan_end(&scan);
        int depth = 0, deepest = 0;
        for (const char *p = print; *p != '\0'; p++) {
            depth += *p == '[' || *p == '{' ? 1 : *p == ']' || *p == '}' ? -1 : 0;
            deepest = depth > deepest ? depth : deepest;
        }
        require(again || deepest > SCAN_DEPTH_MAX);
    }
    cJSON_free(print);
    cJSON_Delete(tree);
    free(text);
    free(exact);
    return 0;
}
