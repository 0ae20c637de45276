/* layer/caption.h - what the picture says in words about the estimate: what its colours mean, how
 * well it is calibrated, how it did lately.
 *
 * Thread: any; pure.  Every sentence comes in several lengths; a caller takes the longest one for
 * which there is room. */
#pragma once

#include <stdbool.h>

#include "scene/scene.h"
#include "view/settings.h"

enum { CAPTION_BYTES = 128, CAPTION_LENGTH_COUNT = 3 };
enum { CAPTION_FIELD_BYTES = 256, CAPTION_FIELD_LENGTH_COUNT = 7 };

/* What the field's colours mean: that they are an estimate, of which side and of which leverage,
 * from what amount on, and what is more. length 0: in full .. CAPTION_FIELD_LENGTH_COUNT - 1: that
 * it is an estimate, and whatever is left out of it. Never empty. settings->split: as it is drawn,
 * not as it is wished. */
const char *caption_field(const struct settings *settings, int length,
                          char out[CAPTION_FIELD_BYTES]);

/* Whether that length says how the field shows what is not calibrated, if it shows it at all. */
bool caption_tells_certainty(const struct settings *settings, int length);

/* "calibrated to ±6.2 % · weights of 14:05": how far from the price the weights rest on
 * liquidations that were seen, and their time; or that they are the prior, or only their shape is
 * known. now_ms: event time of the picture; utc_offset_min: of its clock. model NULL: empty.
 */
const char *caption_model(const struct scene_model *model, int64_t now_ms, int utc_offset_min,
                          int length, char out[CAPTION_BYTES]);

/* "score 7 d: +0.31 nats/$ over kernel · predicted/seen 1.03", or that there were not enough
 * liquidations to judge; why the map is dimmed, where it is. model NULL: empty. */
const char *caption_score(const struct scene_model *model, int length, char out[CAPTION_BYTES]);

/* The estimate did worse than a kernel around the price (estimator.md section 6.6): it is dimmed.
 */
bool caption_is_dimmed(const struct scene_model *model);
