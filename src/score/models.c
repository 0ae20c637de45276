/* score/models.c - names of the models. */
#include "score/models.h"

#include <assert.h>

#include "base/str.h"

static const struct {
    const char *key, *text;
} models[] = {
    [SCORE_OURS] = {"ours", "our map"},
    [SCORE_KERNEL] = {"kernel", "kernel around price"},
    [SCORE_FIXED] = {"fixed_weights", "our map, prior weights"},
    [SCORE_AGE] = {"age", "age"},
    [SCORE_TURNOVER] = {"turnover_ladder", "turnover ladder"},
    [SCORE_NET_LADDER] = {"net_oi_ladder", "net-OI ladder"},
};
static_assert(ARRAY_COUNT(models) == SCORE_MODEL_COUNT, "a name per model");

const char *score_model_key(enum score_model model) {
    return models[model].key;
}

const char *score_model_text(enum score_model model) {
    return models[model].text;
}
