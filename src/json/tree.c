#include "json/tree.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "json/scan.h"

static const cJSON *as_item(const struct tree *value) {
    return (const cJSON *)value;
}

static const struct tree *as_tree(const cJSON *item) {
    return (const struct tree *)item;
}

/* cJSON is lenient (numbers, control characters, depth 1,000); the scanner decides what is JSON
 * here. */
static bool is_strict_json(const char *bytes, size_t len) {
    struct scan scan;
    scan_init(&scan, bytes, len);
    return scan_skip(&scan) && scan_end(&scan);
}

struct tree *tree_parse(const char *bytes, size_t len, enum status *why) {
    assert(bytes != NULL || len == 0);
    static_assert((int)TREE_DEPTH_MAX == (int)SCAN_DEPTH_MAX, "the scanner enforces the depth");
    if (len > TREE_BYTES_MAX) {
        *why = STATUS_RANGE;
        return NULL;
    }
    cJSON *root = is_strict_json(bytes, len) ? cJSON_ParseWithLength(bytes, len) : NULL;
    *why = root == NULL ? STATUS_MALFORMED : STATUS_OK;
    return (struct tree *)root;
}

void tree_destroy(struct tree *root) {
    cJSON_Delete((cJSON *)root);
}

bool tree_is_object(const struct tree *value) {
    return cJSON_IsObject(as_item(value));
}

bool tree_is_array(const struct tree *value) {
    return cJSON_IsArray(as_item(value));
}

const struct tree *tree_member(const struct tree *object, const char *key) {
    if (!tree_is_object(object)) {
        return NULL;
    }
    return as_tree(cJSON_GetObjectItemCaseSensitive(as_item(object), key));
}

const struct tree *tree_first(const struct tree *array) {
    return tree_is_array(array) ? as_tree(as_item(array)->child) : NULL;
}

const struct tree *tree_next(const struct tree *element) {
    return element == NULL ? NULL : as_tree(as_item(element)->next);
}

const char *tree_text(const struct tree *value) {
    return cJSON_GetStringValue(as_item(value));
}

bool tree_number_text(const struct tree *value, char *out, size_t out_bytes) {
    const char *text = tree_text(value);
    if (text != NULL) {
        return text[0] != '\0' && str_copy(out, out_bytes, text);
    }
    if (!cJSON_IsNumber(as_item(value))) {
        return false;
    }
    const double number = cJSON_GetNumberValue(as_item(value));
    /* The shortest of 15 and 17 digits that reads back the same is what was written, for prices of
     * sensible length. */
    for (int digits = 15; digits <= 17; digits++) {
        if (!str_format(out, out_bytes, "%.*g", digits, number)) {
            return false;
        }
        if (strtod(out, NULL) == number) {
            break;
        }
    }
    return isfinite(number);
}

bool tree_integer(const struct tree *value, int64_t *out) {
    const char *text = tree_text(value);
    if (text != NULL) {
        const struct scan_value scalar = {.type = SCAN_STRING,
                                          .text = {.bytes = text, .len = strlen(text)}};
        return scan_integer(&scalar, out);
    }
    if (!cJSON_IsNumber(as_item(value))) {
        return false;
    }
    const double number = cJSON_GetNumberValue(as_item(value));
    if (!(fabs(number) <= 9007199254740992.0) || number != trunc(number)) {
        return false;
    }
    *out = (int64_t)number;
    return true;
}

bool tree_boolean(const struct tree *value, bool *out) {
    *out = cJSON_IsTrue(as_item(value));
    return cJSON_IsBool(as_item(value));
}
