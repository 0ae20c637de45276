#include "support/synthetic_picture.h"

#include <math.h>
#include <string.h>

#include "base/math.h"
#include "base/random.h"
#include "base/str.h"

#define SWEEP_LEAST_USD 5e7

static const double distances[LAYERS_BAND_COUNT] = {0.22, 0.115, 0.06, 0.03, 0.014, 0.0075};

void synthetic_init(struct synthetic *synthetic, const struct synthetic_desc *desc) {
    memset(synthetic, 0, sizeof *synthetic);
    synthetic->seed = desc->seed;
    synthetic->book = desc->book;
    synthetic->grid = (struct layers_grid){
        .first_col = INT64_C(1781654400000) / desc->col_ms,
        .col_ms = desc->col_ms,
        .col_count = desc->col_count,
        .row_count = desc->row_count,
        .ln_price_min = log(desc->price_mid) - desc->half_range,
        .row_height = 2 * desc->half_range / desc->row_count,
    };
    synthetic->col = synthetic->grid.first_col;
    synthetic->price = desc->price_mid;
    struct scene *scene = &synthetic->scene;
    scene->instrument_count = 1;
    scene->feed_count = 1;
    scene->feeds[0] = (struct scene_feed){.venue = VENUE_BINANCE_USDM, .state = FEED_LIVE};
    struct scene_instrument *instrument = &scene->instruments[0];
    instrument->venue = VENUE_BINANCE_USDM;
    str_copy(instrument->symbol, sizeof instrument->symbol, "BTCUSDT");
    instrument->tick = (struct decimal){1, -1};
    instrument->funding_rate = 0.0001;
    instrument->funding_interval_h = 8;
    instrument->oi_usd = 7.42e9;
    instrument->book_valid = true;
    instrument->unallocated_usd[0] = 2.31e9;
    instrument->unallocated_usd[1] = 2.87e9;
    instrument->model = (struct scene_model){.calibrated_to = 0.062f,
                                             .scored = true,
                                             .score_days = 7,
                                             .score_usd = 41e6,
                                             .gain_nats = 2.94,
                                             .gain_kernel_nats = 0.31,
                                             .predicted_over_seen = 1.03};
}

/* A slow wave, two quicker ones and noise. */
static double next_price(struct synthetic *synthetic, struct random *random) {
    double t = (double)(synthetic->col - synthetic->grid.first_col) / synthetic->grid.col_count;
    double mid = exp(synthetic->grid.ln_price_min +
                     synthetic->grid.row_height * synthetic->grid.row_count / 2);
    double half = synthetic->grid.row_height * synthetic->grid.row_count / 2;
    double wave = 0.42 * sin(5.1 * t + 0.4) + 0.17 * sin(17 * t) + 0.07 * sin(61 * t + 1) +
                  0.012 * random_normal(random);
    return mid * exp(wave * half * 0.62);
}

static void deposit(struct synthetic *synthetic, struct random *random) {
    const struct layers_grid *grid = &synthetic->grid;
    double ln = log(synthetic->price);
    double size = 2.5e5 * exp(1.3 * random_normal(random));
    for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
        int band = channel % LAYERS_BAND_COUNT;
        double sign = channel < LAYERS_BAND_COUNT ? -1 : 1;
        double center = ln + sign * distances[band] * (1 + 0.04 * random_normal(random));
        double width = 0.00035 + distances[band] * 0.012;
        for (int row = 0; row < grid->row_count; row++) {
            double z = (grid->ln_price_min + (row + 0.5) * grid->row_height - center) / width;
            if (fabs(z) < 4) {
                synthetic->usd[channel][row] += size * (0.5 + 0.12 * band) * exp(-0.5 * z * z);
            }
        }
    }
}

/* Whatever lies between low and high is liquidated; returns what it was. */
static double sweep(struct synthetic *synthetic, double low, double high, double by_side[2]) {
    const struct layers_grid *grid = &synthetic->grid;
    by_side[0] = by_side[1] = 0;
    for (int row = 0; row < grid->row_count; row++) {
        double ln = grid->ln_price_min + (row + 0.5) * grid->row_height;
        for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
            double *cell = &synthetic->usd[channel][row];
            bool is_long = channel < LAYERS_BAND_COUNT;
            if (is_long ? ln >= log(low) : ln <= log(high)) {
                by_side[is_long ? 0 : 1] += *cell * grid->row_height * 1e4;
                *cell = 0;
            } else {
                *cell *= 0.9996;
            }
        }
    }
    return by_side[0] + by_side[1];
}

static void add_print(struct synthetic *synthetic, int position, double price, double usd) {
    struct layers_column *column = &synthetic->column;
    if (usd > 20000 && column->print_count < LAYERS_COLUMN_PRINT_MAX) {
        column->prints[column->print_count++] = (struct layers_print){
            .ts_ms = synthetic->col * synthetic->grid.col_ms + synthetic->grid.col_ms / 2,
            .price = price,
            .usd = (float)usd,
            .position = (uint8_t)position};
    }
}

double synthetic_trust(int band) {
    return math_clamp(0.92 - fmax(distances[band] - 0.04, 0) * 12, 0, 1);
}

/* Near bands are calibrated, far ones are not; in the first third of the grid nothing is. */
static void store_certainty(struct synthetic *synthetic) {
    int64_t age = synthetic->col - synthetic->grid.first_col;
    double learned = math_clamp(3.0 * (double)age / synthetic->grid.col_count - 1, 0, 1);
    for (int row = 0; row < synthetic->grid.row_count; row++) {
        double all = 0, sure = 0;
        for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
            all += synthetic->usd[channel][row];
            sure += synthetic->usd[channel][row] * synthetic_trust(channel % LAYERS_BAND_COUNT);
        }
        synthetic->column.certainty[row] =
            (uint8_t)(all > 0 ? 255 * learned * sure / all + 0.5 : 0);
    }
}

static void store_texels(struct synthetic *synthetic) {
    for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
        for (int row = 0; row < synthetic->grid.row_count; row++) {
            double units = synthetic->usd[channel][row] / LAYERS_UNIT_USD_PER_BP;
            synthetic->column.texels[channel / 4][row][channel % 4] = half_from_float((float)units);
        }
    }
}

/* Orders out to 4 % of the price, thinner with the distance; a row in eleven has a wall for some
 * thirty columns. Columns 70..75 of each hundred do not know it. */
static void store_book(struct synthetic *synthetic) {
    const struct layers_grid *grid = &synthetic->grid;
    struct layers_column *column = &synthetic->column;
    double ln = log(synthetic->price);
    int64_t phase = (synthetic->col - grid->first_col) % 100;
    column->has_book = synthetic->book && (phase < 70 || phase > 75);
    for (int row = 0; row < grid->row_count && column->has_book; row++) {
        double away = grid->ln_price_min + (row + 0.5) * grid->row_height - ln;
        struct random random;
        random_init(&random, synthetic->seed + (uint64_t)row * 7919 +
                                 (uint64_t)((synthetic->col + row * 13) / 30) * 104729);
        double usd = 4e4 * (0.3 + random_uniform(&random)) / (1 + fabs(away) / 0.005);
        usd *= random_uniform(&random) < 1.0 / 11 ? 5 + 25 * random_uniform(&random) : 1;
        usd *= fabs(away) < 0.04 ? 1 : 0;
        column->book[row] = half_from_float((float)((away < 0 ? -1 : 1) * log2(1 + usd / 1000)));
    }
}

/* What strips show, from the column's number alone: busier where the price moves, funding every
 * eight hours (every 30 columns where that is sooner). */
static void store_facts(struct synthetic *synthetic, const double swept[2]) {
    struct layers_column *column = &synthetic->column;
    struct scene_instrument *instrument = &synthetic->scene.instruments[0];
    double t = (double)(synthetic->col - synthetic->grid.first_col);
    double move = log(column->high / column->low);
    double usd = synthetic->grid.col_ms * 20.0 * (1 + 400 * move);
    column->volume_buy_usd = usd * (0.5 + 0.3 * sin(t * 0.7));
    column->volume_sell_usd = usd - column->volume_buy_usd;
    column->liquidated_usd[0] = swept[0] * 0.001;
    column->liquidated_usd[1] = swept[1] * 0.001;
    column->oi_usd = column->close * (110000 + 4000 * sin(t * 0.03) + 900 * sin(t * 0.41));
    column->vwap = synthetic->vwap =
        t == 0 ? column->close : synthetic->vwap + (column->close - synthetic->vwap) / (t + 1);
    int64_t every_ms = (int64_t)synthetic->grid.col_ms * 30;
    every_ms = every_ms < 28800000 ? every_ms : 28800000;
    int64_t begin_ms = synthetic->col * synthetic->grid.col_ms;
    if (begin_ms % every_ms < synthetic->grid.col_ms) {
        column->funding = 1e-4 * sin(t * 0.013 + 0.8);
    }
    instrument->funding_rate = 1e-4 * sin(t * 0.013 + 0.8);
    instrument->next_funding_ms = (begin_ms / every_ms + 1) * every_ms + synthetic->grid.col_ms;
    instrument->oi_usd = column->oi_usd;
}

/* Every sweep of so much is kept, the oldest goes when there is no room. */
static void add_receipt(struct synthetic *synthetic, int side, double usd) {
    const struct layers_column *column = &synthetic->column;
    if (usd < SWEEP_LEAST_USD) {
        return;
    }
    if (synthetic->receipt_count == SCENE_RECEIPT_MAX) {
        memmove(&synthetic->receipts[0], &synthetic->receipts[1],
                sizeof synthetic->receipts[0] * (SCENE_RECEIPT_MAX - 1));
        synthetic->receipt_count--;
    }
    synthetic->receipts[synthetic->receipt_count++] =
        (struct scene_receipt){.from_ms = column->col * synthetic->grid.col_ms,
                               .to_ms = column->covered_until_ms,
                               .price_low = side == 0 ? column->low : column->open,
                               .price_high = side == 0 ? column->open : column->high,
                               .expected_usd = usd,
                               .seen_usd = usd * (0.4 + 0.1 * (double)(column->col % 9)),
                               .side = (uint8_t)side,
                               .complete = column->col % 3 != 0};
}

const struct layers_column *synthetic_next(struct synthetic *synthetic, uint32_t request_id) {
    struct random random;
    random_init(&random, synthetic->seed + (uint64_t)synthetic->col);
    struct layers_column *column = &synthetic->column;
    double before = synthetic->price;
    double after = next_price(synthetic, &random);
    double low = fmin(before, after) * (1 - 2e-4);
    double high = fmax(before, after) * (1 + 2e-4);
    double swept[2];
    deposit(synthetic, &random);
    sweep(synthetic, low, high, swept);
    synthetic->price = after;
    memset(column, 0, offsetof(struct layers_column, texels));
    column->request_id = request_id;
    column->pass = 2;
    column->col = synthetic->col;
    column->covered_until_ms = (synthetic->col + 1) * synthetic->grid.col_ms;
    column->open = before;
    column->close = after;
    column->high = high;
    column->low = low;
    store_facts(synthetic, swept);
    if (random_uniform(&random) < 0.25) {
        add_print(synthetic, POS_LONG, low, swept[0] * 0.002 * random_exponential(&random));
        add_print(synthetic, POS_SHORT, high, swept[1] * 0.002 * random_exponential(&random));
    }
    add_receipt(synthetic, 0, swept[0]);
    add_receipt(synthetic, 1, swept[1]);
    store_texels(synthetic);
    store_certainty(synthetic);
    store_book(synthetic);
    synthetic->col++;
    synthetic->now_ms = column->covered_until_ms;
    struct scene *scene = &synthetic->scene;
    scene->sequence++;
    scene->ts_ms = scene->feeds[0].ts_ms = synthetic->now_ms;
    scene->events_applied += 12345;
    scene->instruments[0].ts_ms = synthetic->now_ms;
    scene->instruments[0].mark = scene->instruments[0].last = after;
    scene->instruments[0].model.calibrated_ms = synthetic->now_ms / 600000 * 600000;
    scene->instruments[0].liquidated_usd_24h[0] += swept[0] * 0.001;
    scene->instruments[0].liquidated_usd_24h[1] += swept[1] * 0.001;
    return column;
}
