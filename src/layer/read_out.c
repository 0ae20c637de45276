#include "layer/read_out.h"

#include <math.h>
#include <string.h>

#include "base/str.h"
#include "market/event.h"

#define BP 1e-4 /* a basis point in ln price */

static bool side_shown(const struct settings *settings, int side) {
    return settings->side != (side == 0 ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG);
}

/* USD per bp of a side's shown bands in one cell. */
static double cell_usd_per_bp(const struct read_out_query *query, int64_t col, int row, int side) {
    double bands[2][LAYERS_BAND_COUNT];
    double usd = 0;
    field_get_bands(query->field, col, row, bands);
    for (int band = 0; band < LAYERS_BAND_COUNT; band++) {
        usd += (query->settings->band_hidden >> band & 1) == 0 ? bands[side][band] : 0;
    }
    return usd;
}

static void read_cell(const struct read_out_query *query, int64_t col, struct read_out *out) {
    const struct layers_grid *grid = &query->field->grid;
    double place = floor((query->ln_price - grid->ln_price_min) / grid->row_height);
    if (!(place >= 0 && place < grid->row_count)) {
        return;
    }
    int row = (int)place;
    double bottom = grid->ln_price_min + row * grid->row_height;
    double height_bp = grid->row_height / BP;
    out->has_cell = true;
    out->price_low = exp(bottom);
    out->price_high = exp(bottom + grid->row_height);
    out->certainty = field_get_certainty(query->field, col, row);
    field_get_bands(query->field, col, row, out->bands_usd);
    for (int side = 0; side < 2; side++) {
        for (int band = 0; band < LAYERS_BAND_COUNT; band++) {
            bool shown = side_shown(query->settings, side) &&
                         (query->settings->band_hidden >> band & 1) == 0;
            double *usd = &out->bands_usd[side][band];
            *usd = shown ? *usd * height_bp : 0;
            out->usd[side] += *usd;
        }
    }
    double book_usd_per_bp = 0;
    out->has_book = (query->settings->parts & SETTINGS_BIT(BOOK)) != 0 &&
                    field_get_book(query->field, col, row, &book_usd_per_bp, &out->book_bids);
    out->book_usd = out->has_book ? book_usd_per_bp * height_bp : 0;
}

/* -- between price and place -- */

/* From the column's rows: a row that an edge cuts counts by its share in ln price. */
static void sum_rows(const struct read_out_query *query, int64_t col, double ln_from,
                     struct read_out *out) {
    const struct layers_grid *grid = &query->field->grid;
    double low = (fmin(ln_from, query->ln_price) - grid->ln_price_min) / grid->row_height;
    double high = (fmax(ln_from, query->ln_price) - grid->ln_price_min) / grid->row_height;
    out->behind_at_least = low < 0 || high > grid->row_count;
    double first = fmax(low, 0);
    double last = fmin(high, grid->row_count);
    for (int row = (int)first; row < last; row++) {
        double part = fmin(row + 1, last) - fmax(row, first);
        out->behind_usd +=
            cell_usd_per_bp(query, col, row, out->behind_side) * part * (grid->row_height / BP);
    }
}

static void read_behind(const struct read_out_query *query, int64_t col, struct read_out *out) {
    bool mapped = query->map != NULL && query->map->reference > 0;
    bool live = (query->field == NULL || out->live) && mapped;
    double from = live ? query->map->reference : (out->has_column ? out->close : 0);
    if (!(from > 0)) {
        return;
    }
    int side = query->ln_price < log(from) ? 0 : 1;
    if (!side_shown(query->settings, side)) {
        return;
    }
    out->behind_side = side;
    if (live) {
        out->behind_usd = map_usd_to(query->map, side, out->price, query->settings->band_hidden);
    } else {
        sum_rows(query, col, log(from), out);
    }
}

/* -- facts -- */

static void read_prints(const struct read_out_query *query, struct read_out *out) {
    const struct field *field = query->field;
    int64_t first = (int64_t)floor((query->time_ms - query->near_ms) / field->grid.col_ms);
    int64_t last = (int64_t)floor((query->time_ms + query->near_ms) / field->grid.col_ms);
    for (int64_t col = first; col <= last; col++) {
        const struct field_column *column = field_get_column(field, col);
        for (int i = 0; column != NULL && i < column->print_count; i++) {
            const struct layers_print *print = &column->prints[i];
            bool near = fabs((double)print->ts_ms - query->time_ms) <= query->near_ms &&
                        fabs(log(print->price) - query->ln_price) <= query->near_ln;
            if (near) {
                out->seen_usd[print->position == POS_SHORT ? 1 : 0] += (double)print->usd;
                out->seen_at_least = out->seen_at_least || print->complete == 0 ||
                                     column->print_count == LAYERS_COLUMN_PRINT_MAX;
            }
        }
    }
}

static void read_receipt(const struct read_out_query *query, struct read_out *out) {
    const struct scene_instrument *instrument = query->instrument;
    for (int i = instrument != NULL ? instrument->receipt_count - 1 : -1; i >= 0; i--) {
        const struct scene_receipt *receipt = &instrument->receipts[i];
        bool timely = query->time_ms >= (double)receipt->from_ms - query->near_ms &&
                      query->time_ms <= (double)receipt->to_ms + query->near_ms;
        if (timely && receipt->price_low > 0 &&
            query->ln_price >= log(receipt->price_low) - query->near_ln &&
            query->ln_price <= log(receipt->price_high) + query->near_ln) {
            out->has_receipt = true;
            out->receipt = *receipt;
            return;
        }
    }
}

void read_out_make(const struct read_out_query *query, struct read_out *out) {
    *out = (struct read_out){.price = exp(query->ln_price), .distance = NAN, .behind_side = -1};
    if (query->price_now > 0) {
        out->distance = out->price / query->price_now - 1;
    }
    const struct field *field = query->field;
    int64_t col = 0;
    if (field != NULL && field->count > 0) {
        col = (int64_t)floor(query->time_ms / field->grid.col_ms);
        out->live = col >= field->newest_col; /* right of it there is nothing newer */
        col = out->live ? field->newest_col : col;
        const struct field_column *column = field_get_column(field, col);
        if (column != NULL && (column->flags & LAYERS_COLUMN_EMPTY) == 0) {
            out->has_column = true;
            out->from_ms = col * field->grid.col_ms;
            out->to_ms = out->from_ms + field->grid.col_ms;
            out->open = column->open;
            out->high = column->high;
            out->low = column->low;
            out->close = column->close;
            out->volume_buy_usd = column->volume_buy_usd;
            out->volume_usd = column->volume_buy_usd + column->volume_sell_usd;
            read_cell(query, col, out);
        }
        read_prints(query, out);
    }
    read_behind(query, col, out);
    read_receipt(query, out);
}

const char *read_out_filter(const struct settings *settings, char out[READ_OUT_FILTER_BYTES]) {
    static const char *const sides[SETTINGS_SIDE_COUNT] = {
        [SETTINGS_SIDE_LONG] = "longs", [SETTINGS_SIDE_SHORT] = "shorts"};
    const char *side = sides[settings->side];
    out[0] = '\0';
    if (side != NULL) {
        str_copy(out, READ_OUT_FILTER_BYTES, side);
    }
    uint32_t all = (UINT32_C(1) << LAYERS_BAND_COUNT) - 1;
    uint32_t hidden = settings->band_hidden & all;
    if (hidden == all) {
        str_append(out, READ_OUT_FILTER_BYTES, "%sno band", side != NULL ? ", " : "");
    } else if (hidden != 0) {
        const char *between = side != NULL ? ", " : "";
        for (int band = 0; band < LAYERS_BAND_COUNT; band++) {
            if ((hidden >> band & 1) == 0) {
                str_append(out, READ_OUT_FILTER_BYTES, "%s%s", between, layers_band_names[band]);
                between = " ";
            }
        }
    }
    if (out[0] != '\0' && hidden != all) {
        str_append(out, READ_OUT_FILTER_BYTES, " only");
    }
    return out;
}
