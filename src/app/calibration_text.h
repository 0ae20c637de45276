/* app/calibration_text.h - what calibration learned of one instrument, as JSON text and back.
 *
 * Version 1, numbers in full (they read back as the same bits), USD unless said otherwise:
 *
 *   {"liqscope_calibration":1,"venue":"binance_usdm","symbol":"BTCUSDT",
 *    "stepped_ms":1750000200000,"calibrated_ms":1750000200000,"heard_ms":1750000201000,
 *    "calibrated_to":0.046,"residual_usd2":9.1e11,"predicted_usd":2.0e7,"distances":[
 *   {"distance":0.6,"sharp":false,"sd":2,"information_usd":0,"rho":[net,churn,ambient],
 *    "attributed_usd":[3],"sampled_usd":[3],"exposed_usd":[3]},
 *   ...]}
 *
 * heard_ms is missing in older texts: then it counts as stepped_ms.
 *
 * Thread: any.  Owner: the caller's buffers.  The text may come from a stranger. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "engine/engine.h"

enum {
    CALIBRATION_TEXT_VERSION = 1,
    CALIBRATION_TEXT_BYTES_MAX = 64 * 1024,
    CALIBRATION_REASON_BYTES = 128
};

/* Its length; 0: it did not fit, nothing was learned, or the symbol would need escapes. */
size_t calibration_text_write(const struct engine_calibration *item, char *out, size_t out_bytes);
/* False: reason says what is wrong with it; *out is not to be used. True: every number is one that
 * calibration could have written (calibration_record_valid). */
bool calibration_text_parse(const char *bytes, size_t len, struct engine_calibration *out,
                            char reason[CALIBRATION_REASON_BYTES]);
