#include "market/event.h"

#include "base/hash.h"
#include "base/str.h"

static const char *const kind_names[] = {
    "none",  "trade",        "liquidation", "book", "price", "funding", "open_interest",
    "kline", "kline_volume", "instrument",  "tier", "gap",   "feed",    "contracts"};
static_assert(ARRAY_COUNT(kind_names) == EVENT_KIND_COUNT, "a name per kind");

enum { ID_BYTES = 16, UUID_TEXT_LEN = 36, ID_KIND_MASK = 7 };
static_assert(sizeof(((struct event *)NULL)->u.trade.id) == ID_BYTES, "what is written below");

const char *event_kind_name(enum event_kind kind) {
    return (unsigned)kind < EVENT_KIND_COUNT ? kind_names[kind] : "invalid";
}

bool event_trade_values(const struct event *event, double *price, double *qty_base, double *usd) {
    assert(event->kind == EVENT_TRADE || event->kind == EVENT_LIQUIDATION);
    const double p = decimal_to_double(event_decimal(event->u.trade.price, event->exponent_a));
    const bool has_base =
        (event->has & TRADE_HAS_QTY) != 0 && (event->has & TRADE_QTY_IS_CONTRACTS) == 0;
    const bool has_usd = (event->has & TRADE_HAS_USD) != 0;
    if (!(p > 0) || (!has_base && !has_usd)) {
        return false;
    }
    const double q =
        has_base ? decimal_to_double(event_decimal(event->u.trade.qty, event->exponent_b)) : 0;
    const double n =
        has_usd ? decimal_to_double(event_decimal(event->u.trade.usd, event->exponent_c)) : p * q;
    *price = p;
    *qty_base = has_base ? q : n / p;
    *usd = n;
    return true;
}

/* A number that its digits spell exactly: no leading zero, within 64 bits. */
static bool id_to_number(const char *id, size_t len, uint64_t *out) {
    uint64_t value = 0;
    if (len == 0 || (len > 1 && id[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (id[i] < '0' || id[i] > '9') {
            return false;
        }
        const uint64_t digit = (uint64_t)(id[i] - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

static bool is_uuid_dash(size_t at) {
    return at == 8 || at == 13 || at == 18 || at == 23;
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; /* upper case would not come back as it was */
}

/* 32 hex digits, with the dashes of a UUID or without any. */
static bool id_to_bytes(const char *id, size_t len, bool dashes, uint8_t out[ID_BYTES]) {
    size_t nibble = 0;
    if (len != (dashes ? (size_t)UUID_TEXT_LEN : (size_t)2 * ID_BYTES)) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (dashes && is_uuid_dash(i)) {
            if (id[i] != '-') {
                return false;
            }
            continue;
        }
        const int value = hex_value(id[i]);
        if (value < 0) {
            return false;
        }
        out[nibble / 2] = (uint8_t)(nibble % 2 == 0 ? value << 4 : out[nibble / 2] | value);
        nibble++;
    }
    return true;
}

void event_trade_set_id(struct event *event, const char *id, size_t len) {
    uint8_t bytes[ID_BYTES] = {0};
    uint64_t number = 0;
    unsigned kind = ID_NONE;
    if (len == 0) {
        kind = ID_NONE;
    } else if (id_to_number(id, len, &number)) {
        kind = ID_NUMBER;
        memcpy(bytes, &number, sizeof number);
    } else if (id_to_bytes(id, len, true, bytes)) {
        kind = ID_UUID;
    } else if (id_to_bytes(id, len, false, bytes)) {
        kind = ID_HASH; /* a hash that was written out comes back as itself */
    } else if (len <= ID_BYTES && memchr(id, '\0', len) == NULL) {
        kind = ID_TEXT;
        memset(bytes, 0, sizeof bytes); /* a text that began like a UUID has left its mark */
        memcpy(bytes, id, len);
    } else {
        kind = ID_HASH;
        hash_bytes_128(id, len, bytes);
    }
    memcpy(event->u.trade.id, bytes, sizeof bytes);
    const unsigned values = event->has & ((1u << TRADE_ID_SHIFT) - 1);
    event->has = (values | (kind << TRADE_ID_SHIFT)) & 0x3f;
}

static size_t format_hex(const uint8_t bytes[ID_BYTES], bool dashes,
                         char out[EVENT_ID_TEXT_BYTES]) {
    static const char hex[] = "0123456789abcdef";
    size_t len = 0;
    for (size_t i = 0; i < ID_BYTES; i++) {
        if (dashes && is_uuid_dash(len)) {
            out[len++] = '-';
        }
        out[len++] = hex[bytes[i] >> 4];
        out[len++] = hex[bytes[i] & 15];
    }
    out[len] = '\0';
    return len;
}

size_t event_trade_id_text(const struct event *event, char out[EVENT_ID_TEXT_BYTES]) {
    const uint8_t *bytes = event->u.trade.id;
    uint64_t number = 0;
    switch ((event->has >> TRADE_ID_SHIFT) & ID_KIND_MASK) {
    case ID_NUMBER:
        memcpy(&number, bytes, sizeof number);
        str_format(out, EVENT_ID_TEXT_BYTES, "%llu", (unsigned long long)number);
        return strlen(out);
    case ID_UUID:
        return format_hex(bytes, true, out);
    case ID_TEXT: {
        const size_t len = strnlen((const char *)bytes, ID_BYTES);
        str_copy_span(out, EVENT_ID_TEXT_BYTES, (struct span){(const char *)bytes, len});
        return len;
    }
    case ID_HASH:
        return format_hex(bytes, false, out);
    default:
        out[0] = '\0';
        return 0;
    }
}

/* How much of the union says something, by kind; what follows may be anything. Texts are hashed
 * apart, up to their terminator. */
static size_t union_bytes(const struct event *event) {
    switch ((enum event_kind)event->kind) {
    case EVENT_TRADE:
    case EVENT_LIQUIDATION:
        return sizeof event->u.trade;
    case EVENT_BOOK:
        return sizeof event->u.level;
    case EVENT_PRICE:
        return sizeof event->u.price;
    case EVENT_FUNDING:
        return offsetof(struct event, u.funding.interval_h) - offsetof(struct event, u) +
               sizeof event->u.funding.interval_h;
    case EVENT_OPEN_INTEREST:
        return sizeof event->u.open_interest;
    case EVENT_KLINE:
        return offsetof(struct event, u.kline.interval_s) - offsetof(struct event, u) +
               sizeof event->u.kline.interval_s;
    case EVENT_KLINE_VOLUME:
        return sizeof event->u.kline_volume;
    case EVENT_INSTRUMENT:
        return offsetof(struct event, u.instrument.base) - offsetof(struct event, u);
    case EVENT_TIER:
        return offsetof(struct event, u.tier.index) - offsetof(struct event, u) +
               sizeof event->u.tier.index;
    case EVENT_GAP:
        return offsetof(struct event, u.gap.reason) - offsetof(struct event, u);
    case EVENT_FEED:
        return offsetof(struct event, u.feed.reason) - offsetof(struct event, u);
    case EVENT_CONTRACTS:
        return sizeof event->u.contracts;
    case EVENT_NONE:
    case EVENT_KIND_COUNT:
        break;
    }
    return 0;
}

static uint64_t hash_text(uint64_t hash, const char *text, size_t size_bytes) {
    return hash_bytes(hash, text, strnlen(text, size_bytes));
}

size_t event_message_slots(const struct event *slots, size_t count) {
    size_t len = 0;
    while (len < count && !(slots[len++].flags & EVENT_FLAG_END)) {
    }
    return len;
}

static bool exponent_in_range(int exponent) {
    return exponent >= -DECIMAL_EXPONENT_MAX && exponent <= DECIMAL_EXPONENT_MAX;
}

static bool trade_is_valid(const struct event *event) {
    const unsigned size = event->has & (TRADE_HAS_QTY | TRADE_HAS_USD | TRADE_QTY_IS_CONTRACTS);
    const bool kind_known = event->kind == EVENT_TRADE || event->detail <= PRICE_ORDER;
    return (event->side == SIDE_BUY || event->side == SIDE_SELL) && kind_known && size != 0 &&
           event->u.trade.price > 0 && event->u.trade.qty >= 0 && event->u.trade.usd >= 0 &&
           event->has >> TRADE_ID_SHIFT <= ID_HASH;
}

static bool level_is_valid(const struct event *event) {
    return event->side == SIDE_NONE ||
           (event->side <= SIDE_SELL && event->u.level.price > 0 && event->u.level.qty_base >= 0);
}

static bool kline_is_valid(const struct event *event) {
    return event->u.kline.low > 0 && event->u.kline.high >= event->u.kline.low &&
           event->u.kline.open > 0 && event->u.kline.close > 0 && event->u.kline.interval_s > 0;
}

bool event_is_valid(const struct event *event) {
    if (event->instrument >= INSTRUMENT_COUNT_MAX || !exponent_in_range(event->exponent_a) ||
        !exponent_in_range(event->exponent_b) || !exponent_in_range(event->exponent_c)) {
        return false;
    }
    switch ((enum event_kind)event->kind) {
    case EVENT_TRADE:
    case EVENT_LIQUIDATION:
        return trade_is_valid(event);
    case EVENT_BOOK:
        return level_is_valid(event);
    case EVENT_PRICE:
        return event->u.price.mark >= 0 && event->u.price.index >= 0 && event->u.price.last >= 0;
    case EVENT_OPEN_INTEREST:
        return event->u.open_interest.oi_base >= 0 && event->u.open_interest.oi_usd >= 0;
    case EVENT_KLINE:
        return kline_is_valid(event);
    case EVENT_KLINE_VOLUME:
        return event->u.kline_volume.volume_base >= 0 && event->u.kline_volume.usd >= 0 &&
               event->u.kline_volume.taker_buy_base >= 0;
    case EVENT_INSTRUMENT:
        return event->detail <= CONTRACT_INVERSE && event->u.instrument.tick >= 0 &&
               event->u.instrument.lot >= 0 && event->u.instrument.multiplier >= 0;
    case EVENT_TIER:
        return event->u.tier.notional_cap_usd > 0 && event->u.tier.mmr > 0 &&
               event->u.tier.mmr < 1 && event->u.tier.leverage_max >= 0 && event->u.tier.index >= 0;
    case EVENT_GAP:
        return event->detail < STREAM_COUNT && event->u.gap.from_ms <= event->u.gap.to_ms;
    case EVENT_CONTRACTS:
        return event->u.contracts.count >= 0;
    case EVENT_FUNDING:
        return true;
    default:
        return false;
    }
}

uint64_t event_hash(uint64_t hash, const struct event *event) {
    /* The bit fields by value: where the compiler puts them is its own affair. */
    const int32_t head[] = {
        (int32_t)event->kind,       (int32_t)event->detail, (int32_t)event->side,
        (int32_t)event->has,        (int32_t)event->flags,  event->exponent_a,
        (int32_t)event->instrument, event->exponent_b,      event->exponent_c};
    hash = hash_bytes(hash, head, sizeof head);
    hash = hash_bytes(hash, &event->ts_ms, sizeof event->ts_ms);
    hash = hash_bytes(hash, &event->u, union_bytes(event));
    switch ((enum event_kind)event->kind) {
    case EVENT_INSTRUMENT:
        return hash_text(hash, event->u.instrument.base, sizeof event->u.instrument.base);
    case EVENT_GAP:
        return hash_text(hash, event->u.gap.reason, sizeof event->u.gap.reason);
    case EVENT_FEED:
        return hash_text(hash, event->u.feed.reason, sizeof event->u.feed.reason);
    default:
        return hash;
    }
}
