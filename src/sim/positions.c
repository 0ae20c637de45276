#include "sim/positions.h"

#include <assert.h>
#include <stdlib.h>

/* A bucket is a ten-thousandth of the first price wide; the last one takes everything above 6.5
 * times it. */
enum { PRICE_BUCKET_COUNT = 1 << 16, PRICE_BUCKET_OF_START = 10000, TIME_BUCKET_COUNT = 1 << 20 };

static int32_t price_bucket(const struct positions *positions, double price) {
    double bucket = price / positions->bucket_usd;
    return bucket < PRICE_BUCKET_COUNT ? (int32_t)bucket : PRICE_BUCKET_COUNT - 1;
}

static void list_remove(struct positions *positions, int32_t index, enum positions_link link) {
    struct position_record *record = &positions->records[index];
    int32_t bucket = record->link[link].bucket;
    if (bucket == POSITIONS_NONE) {
        return;
    }
    int32_t next = record->link[link].next;
    int32_t prev = record->link[link].prev;
    if (prev == POSITIONS_NONE) {
        positions->heads[link][bucket] = next;
    } else {
        positions->records[prev].link[link].next = next;
    }
    if (next != POSITIONS_NONE) {
        positions->records[next].link[link].prev = prev;
    }
    record->link[link].bucket = POSITIONS_NONE;
}

static void list_insert(struct positions *positions, int32_t index, enum positions_link link,
                        int32_t bucket) {
    struct position_record *record = &positions->records[index];
    assert(record->link[link].bucket == POSITIONS_NONE);
    int32_t first = positions->heads[link][bucket];
    record->link[link].next = first;
    record->link[link].prev = POSITIONS_NONE;
    record->link[link].bucket = bucket;
    if (first != POSITIONS_NONE) {
        positions->records[first].link[link].prev = index;
    }
    positions->heads[link][bucket] = index;
}

/* Of the prices on one side of the market, the one that the mark meets first. */
static void choose_triggers(struct position_record *record) {
    const struct {
        double price;
        enum trigger trigger;
        enum positions_link link;
    } candidates[] = {
        {record->liquidation_price, TRIGGER_LIQUIDATION,
         record->side == POS_LONG ? LINK_BELOW : LINK_ABOVE},
        {record->stop_price, TRIGGER_STOP, record->side == POS_LONG ? LINK_BELOW : LINK_ABOVE},
        {record->top_up_price, TRIGGER_TOP_UP, record->side == POS_LONG ? LINK_BELOW : LINK_ABOVE},
        {record->take_price, TRIGGER_TAKE_PROFIT,
         record->side == POS_LONG ? LINK_ABOVE : LINK_BELOW},
    };
    record->trigger[LINK_BELOW] = record->trigger[LINK_ABOVE] = TRIGGER_NONE;
    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
        enum positions_link link = candidates[i].link;
        double price = candidates[i].price;
        if (price <= 0) {
            continue;
        }
        double known = record->trigger_price[link];
        bool first = link == LINK_BELOW ? price > known : price < known;
        if (record->trigger[link] == TRIGGER_NONE || first) {
            record->trigger[link] = (uint8_t)candidates[i].trigger;
            record->trigger_price[link] = price;
        }
    }
}

/* A trigger that the mark has passed already goes into the mark's own bucket, which every sweep
 * looks at. */
static void index_by_price(struct positions *positions, int32_t index) {
    struct position_record *record = &positions->records[index];
    choose_triggers(record);
    for (enum positions_link link = LINK_BELOW; link <= LINK_ABOVE; link++) {
        if (record->trigger[link] == TRIGGER_NONE) {
            continue;
        }
        int32_t bucket = price_bucket(positions, record->trigger_price[link]);
        bool passed = link == LINK_BELOW ? bucket > positions->cursor : bucket < positions->cursor;
        list_insert(positions, index, link, passed ? positions->cursor : bucket);
    }
}

bool positions_init(struct positions *positions, double start_price, int64_t start_ms) {
    assert(start_price > 0);
    *positions = (struct positions){
        .free_first = POSITIONS_NONE,
        .bucket_usd = start_price / PRICE_BUCKET_OF_START,
        .time_done_s = start_ms / 1000,
    };
    static const size_t counts[LINK_COUNT] = {PRICE_BUCKET_COUNT, PRICE_BUCKET_COUNT,
                                              TIME_BUCKET_COUNT};
    bool complete = true;
    for (int link = 0; link < LINK_COUNT; link++) {
        positions->heads[link] = malloc(counts[link] * sizeof(int32_t));
        for (size_t i = 0; positions->heads[link] != NULL && i < counts[link]; i++) {
            positions->heads[link][i] = POSITIONS_NONE;
        }
        complete = complete && positions->heads[link] != NULL;
    }
    /* Untouched pages of these two stay with the system. */
    positions->records = calloc(POSITIONS_MAX, sizeof(*positions->records));
    positions->hits = calloc(POSITIONS_MAX, sizeof(*positions->hits));
    if (!complete || positions->records == NULL || positions->hits == NULL) {
        positions_finish(positions);
        return false;
    }
    positions->cursor = price_bucket(positions, start_price);
    positions->mark = start_price;
    return true;
}

void positions_finish(struct positions *positions) {
    if (positions == NULL) {
        return;
    }
    free(positions->records);
    free(positions->hits);
    for (int link = 0; link < LINK_COUNT; link++) {
        free(positions->heads[link]);
    }
    *positions = (struct positions){0};
}

int32_t positions_add(struct positions *positions, const struct position_record *record) {
    assert(record->qty_lots > 0);
    assert(record->side == POS_LONG || record->side == POS_SHORT);
    int32_t index = positions->free_first;
    if (index != POSITIONS_NONE) {
        positions->free_first = positions->records[index].link[0].next;
    } else if (positions->used_count < POSITIONS_MAX) {
        index = positions->used_count++;
    } else {
        positions->refused_count++;
        return POSITIONS_NONE;
    }
    struct position_record *added = &positions->records[index];
    *added = *record;
    added->state = POSITION_OPEN;
    for (int link = 0; link < LINK_COUNT; link++) {
        added->link[link].bucket = POSITIONS_NONE;
    }
    if (added->close_s < positions->time_done_s) {
        added->close_s = positions->time_done_s;
    }
    index_by_price(positions, index);
    list_insert(positions, index, LINK_TIME, (int32_t)(added->close_s % TIME_BUCKET_COUNT));
    positions->open_count++;
    return index;
}

void positions_reindex(struct positions *positions, int32_t index) {
    assert(positions->records[index].state == POSITION_OPEN);
    list_remove(positions, index, LINK_BELOW);
    list_remove(positions, index, LINK_ABOVE);
    index_by_price(positions, index);
}

void positions_begin_close(struct positions *positions, int32_t index) {
    assert(positions->records[index].state == POSITION_OPEN);
    for (enum positions_link link = 0; link < LINK_COUNT; link++) {
        list_remove(positions, index, link);
    }
    positions->records[index].state = POSITION_CLOSING;
    positions->open_count--;
}

void positions_remove(struct positions *positions, int32_t index) {
    struct position_record *record = &positions->records[index];
    assert(record->state == POSITION_CLOSING);
    record->state = POSITION_FREE;
    record->link[0].next = positions->free_first;
    positions->free_first = index;
}

/* Collect the triggered positions of one bucket behind those found so far.  edge is the far end of
 * the way of the mark, its old place included: a trigger that was hung up behind the mark is found
 * even if the mark has gone back over it since. */
static int32_t collect_bucket(struct positions *positions, enum positions_link link, int32_t bucket,
                              double edge, int32_t count) {
    int32_t index = positions->heads[link][bucket];
    while (index != POSITIONS_NONE) {
        struct position_record *record = &positions->records[index];
        int32_t next = record->link[link].next;
        double price = record->trigger_price[link];
        if (link == LINK_BELOW ? price >= edge : price <= edge) {
            list_remove(positions, index, LINK_BELOW);
            list_remove(positions, index, LINK_ABOVE);
            positions->hits[count++] = index;
        }
        index = next;
    }
    return count;
}

int32_t positions_sweep(struct positions *positions, double mark) {
    assert(mark > 0);
    int32_t target = price_bucket(positions, mark);
    int32_t from = positions->cursor;
    double low = mark < positions->mark ? mark : positions->mark;
    double high = mark > positions->mark ? mark : positions->mark;
    int32_t count = 0;
    for (int32_t bucket = from; bucket >= (target < from ? target : from); bucket--) {
        count = collect_bucket(positions, LINK_BELOW, bucket, low, count);
    }
    for (int32_t bucket = from; bucket <= (target > from ? target : from); bucket++) {
        count = collect_bucket(positions, LINK_ABOVE, bucket, high, count);
    }
    positions->cursor = target;
    positions->mark = mark;
    return count;
}

int32_t positions_expire(struct positions *positions, int64_t now_ms) {
    int64_t now_s = now_ms / 1000;
    int32_t count = 0;
    for (; positions->time_done_s < now_s; positions->time_done_s++) {
        int32_t bucket = (int32_t)(positions->time_done_s % TIME_BUCKET_COUNT);
        int32_t index = positions->heads[LINK_TIME][bucket];
        while (index != POSITIONS_NONE) {
            const struct position_record *record = &positions->records[index];
            /* A later round of the wheel may be meant: it stays until that comes. */
            if (record->close_s == positions->time_done_s) {
                positions->hits[count++] = index;
            }
            index = record->link[LINK_TIME].next;
        }
    }
    return count;
}

enum trigger positions_trigger_at(const struct position_record *record, double mark) {
    if (record->trigger[LINK_BELOW] != TRIGGER_NONE && record->trigger_price[LINK_BELOW] >= mark) {
        return (enum trigger)record->trigger[LINK_BELOW];
    }
    if (record->trigger[LINK_ABOVE] != TRIGGER_NONE && record->trigger_price[LINK_ABOVE] <= mark) {
        return (enum trigger)record->trigger[LINK_ABOVE];
    }
    return TRIGGER_NONE;
}
