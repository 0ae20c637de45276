/* control/alert_text.h - an event in words, and as the JSON that a webhook and a command get.
 *
 * Thread: any; pure.  The JSON is one object, version ALERT_JSON_VERSION; members are only ever
 * added within a version:
 *
 *     version, id, alert, state, test, kind, rule, venue, symbol (null: of a feed), simulated,
 *     time (ISO 8601, UTC), time_ms, price, value, threshold, unit (of both: usd share price ms),
 *     cluster (null or side, price, price_low, price_high, usd, distance), expected_usd, seen_usd,
 *     text
 *
 * A number that is not known is null. USD of clusters and expected_usd are estimates. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "control/alert.h"
#include "control/alert_facts.h"

enum { ALERT_JSON_VERSION = 1, ALERT_JSON_BYTES = 4096 };

/* event->text of its other members. */
void alert_text_write(const struct alert_rule *rule, struct alert_event *event);
/* event->id: the same for the same rule, market, time and kind of event. */
void alert_text_write_id(struct alert_event *event);
/* Length of the terminated JSON in out. */
size_t alert_text_write_json(const struct alert_event *event, char out[ALERT_JSON_BYTES]);
