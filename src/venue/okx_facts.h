/* venue/okx_facts.h - OKX's rows of prices, funding, open interest, instruments and margin tiers;
 * inside this room only.
 *
 * Thread: the parser's.  The scan is inside the row's object (interest: at its array); what became
 * of the row is counted. */
#pragma once

#include "venue/okx_rows.h"

void okx_read_facts(struct okx_work *work, struct scan *scan);
/* An index is that of every future on it that is known; of its swap where none is. */
void okx_read_index(struct okx_work *work, struct scan *scan);
void okx_read_interest(struct okx_work *work, struct scan *scan);
/* A contract's worth is ctVal x ctMult: base coin (linear) or USD (inverse); where ctValCcy says
 * otherwise it stays unknown. Nothing comes of products that are no coin futures. */
void okx_read_instrument(struct okx_work *work, struct scan *scan);
