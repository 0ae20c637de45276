/* control/alert_state.c - rules by instruments, each pair a state machine of its own. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/str.h"
#include "control/alert.h"
#include "control/alert_facts.h"
#include "control/alert_text.h"

enum { SLOT_COUNT = SCENE_INSTRUMENT_MAX };

static const char *const state_names[] = {"no data", "normal", "pending", "firing", "recovering"};
static_assert(ARRAY_COUNT(state_names) == ALERT_STATE_COUNT, "a name per state");

/* Which instrument, as events name it. */
struct place {
    enum venue_id venue;
    char symbol[INSTRUMENT_SYMBOL_BYTES];
    int price_decimals;
    double price;
};

struct slot { /* a rule on an instrument; of a feed's rule the first */
    enum alert_state state;
    bool was_firing; /* before the data went */
    bool owed;       /* firing, and not told yet */
    int64_t since_ms, fired_ms, told_ms, fired_count;
    struct alert_fact fact;
    struct alert_fact fired; /* the newest that held while it was firing */
    struct place place;
    struct alert_series series;
};

struct alert_watch {
    struct alert_rules rules;
    int64_t silenced_until_ms[ALERT_RULE_MAX];
    struct slot banks[2][ALERT_RULE_MAX][SLOT_COUNT];
    struct slot (*slots)[SLOT_COUNT]; /* the bank in use; the other one is for a change of rules */
    struct alert_market markets[SCENE_INSTRUMENT_MAX];
    int64_t now_ms;
    bool demo;
    int64_t event_first, event_end, dropped_count;
    struct alert_event events[ALERT_EVENT_MAX]; /* by number modulo the limit */
};

const char *alert_state_name(enum alert_state state) {
    assert(state < ALERT_STATE_COUNT);
    return state_names[state];
}

struct alert_watch *alert_watch_create(void) {
    struct alert_watch *watch = calloc(1, sizeof *watch);
    if (watch != NULL) {
        watch->slots = watch->banks[0];
    }
    return watch;
}

void alert_watch_destroy(struct alert_watch *watch) {
    free(watch);
}

/* -- rules -- */

static void clear_slot(struct slot *slot) {
    memset(slot, 0, sizeof *slot);
    slot->fact.value = NAN;
}

void alert_watch_set_rules(struct alert_watch *watch, const struct alert_rules *rules) {
    int64_t silenced_until_ms[ALERT_RULE_MAX] = {0};
    struct slot(*slots)[SLOT_COUNT] = watch->banks[watch->slots == watch->banks[0] ? 1 : 0];
    for (int i = 0; i < ALERT_RULE_MAX; i++) {
        int from = -1;
        if (i < rules->count) {
            const struct alert_rule *rule = &rules->items[i];
            from = alert_rules_find(&watch->rules, rule->name, strlen(rule->name));
        }
        bool same = from >= 0 && strcmp(watch->rules.items[from].text, rules->items[i].text) == 0;
        for (int s = 0; s < SLOT_COUNT; s++) {
            if (same) {
                slots[i][s] = watch->slots[from][s];
            } else {
                clear_slot(&slots[i][s]);
            }
        }
        silenced_until_ms[i] = same ? watch->silenced_until_ms[from] : 0;
    }
    memcpy(watch->silenced_until_ms, silenced_until_ms, sizeof silenced_until_ms);
    watch->slots = slots;
    watch->rules = *rules;
}

void alert_watch_restart(struct alert_watch *watch) {
    for (int i = 0; i < ALERT_RULE_MAX; i++) {
        for (int s = 0; s < SLOT_COUNT; s++) {
            clear_slot(&watch->slots[i][s]);
        }
    }
    memset(watch->markets, 0, sizeof watch->markets);
    watch->now_ms = 0;
}

const struct alert_rules *alert_watch_rules(const struct alert_watch *watch) {
    return &watch->rules;
}

/* -- events -- */

/* told: out of the picture, which says by itself that it is of a simulated market. */
static struct alert_event describe(const struct alert_watch *watch, int rule_index,
                                   const struct slot *slot, const struct alert_fact *fact,
                                   bool told, bool test) {
    const struct alert_rule *rule = &watch->rules.items[rule_index];
    struct alert_event event = {
        .kind = rule->kind,
        .state = slot->state,
        .test = test,
        .demo = watch->demo && told,
        .venue = slot->place.venue,
        .price_decimals = slot->place.price_decimals,
        .ts_ms = watch->now_ms,
        .price = slot->place.price,
        .value = fact->value,
        .threshold = rule->threshold,
        .has_cluster = fact->has_cluster,
        .cluster = fact->cluster,
        .expected_usd = fact->expected_usd,
        .seen_usd = fact->seen_usd,
        .by = rule->by,
        .chime = rule->chime,
    };
    str_copy(event.name, sizeof event.name, rule->name);
    str_copy(event.rule, sizeof event.rule, rule->text);
    str_copy(event.symbol, sizeof event.symbol, slot->place.symbol);
    alert_text_write(rule, &event);
    return event;
}

static void tell(struct alert_watch *watch, int rule, const struct slot *slot, bool test) {
    if (watch->event_end - watch->event_first == ALERT_EVENT_MAX) {
        watch->dropped_count++;
        return;
    }
    struct alert_event *event = &watch->events[watch->event_end++ % ALERT_EVENT_MAX];
    *event = describe(watch, rule, slot, &slot->fact, true, test);
    alert_text_write_id(event);
}

bool alert_watch_take_event(struct alert_watch *watch, struct alert_event *out) {
    if (watch->event_first == watch->event_end) {
        return false;
    }
    *out = watch->events[watch->event_first++ % ALERT_EVENT_MAX];
    return true;
}

int64_t alert_watch_dropped(const struct alert_watch *watch) {
    return watch->dropped_count;
}

/* -- the machine -- */

static void enter(struct slot *slot, enum alert_state state, int64_t now_ms) {
    slot->state = state;
    slot->since_ms = now_ms;
}

static void fire(struct slot *slot, int64_t now_ms) {
    enter(slot, ALERT_FIRING, now_ms);
    slot->fired_ms = now_ms;
    slot->fired_count++;
    slot->owed = true;
}

static void step(struct slot *slot, const struct alert_rule *rule, int64_t now_ms) {
    const struct alert_fact *fact = &slot->fact;
    if (!fact->known) {
        if (slot->state != ALERT_NO_DATA) {
            slot->was_firing = slot->state == ALERT_FIRING || slot->state == ALERT_RECOVERING;
            enter(slot, ALERT_NO_DATA, now_ms);
        }
        return;
    }
    if (slot->state == ALERT_NO_DATA) {
        bool goes_on = slot->was_firing && !fact->clears;
        slot->was_firing = false;
        enter(slot, goes_on ? ALERT_FIRING : ALERT_NORMAL, now_ms);
    }
    if (slot->state == ALERT_NORMAL && fact->holds) {
        enter(slot, ALERT_PENDING, now_ms);
    }
    switch (slot->state) {
    case ALERT_PENDING:
        if (!fact->holds) {
            enter(slot, ALERT_NORMAL, now_ms);
        } else if (now_ms - slot->since_ms >= rule->for_ms) {
            fire(slot, now_ms);
        }
        break;
    case ALERT_FIRING:
        if (fact->clears) {
            enter(slot, ALERT_RECOVERING, now_ms);
        }
        break;
    case ALERT_RECOVERING:
        if (!fact->clears) {
            enter(slot, ALERT_FIRING, now_ms);
        } else if (now_ms - slot->since_ms >= ALERT_RECOVER_MS) {
            enter(slot, ALERT_NORMAL, now_ms);
            slot->owed = false;
        }
        break;
    default:
        break;
    }
}

static bool is_silenced(const struct alert_watch *watch, int rule) {
    return watch->silenced_until_ms[rule] > watch->now_ms;
}

/* What happened goes to step; what was not told because it was told lately is told once it may be,
 * if it still fires. */
static void run(struct alert_watch *watch, int rule_index, struct slot *slot) {
    const struct alert_rule *rule = &watch->rules.items[rule_index];
    step(slot, rule, watch->now_ms);
    if (is_silenced(watch, rule_index)) {
        slot->owed = false;
    }
    if (slot->state == ALERT_FIRING && slot->fact.holds) {
        slot->fired = slot->fact;
    }
    bool may = slot->told_ms == 0 || watch->now_ms - slot->told_ms >= rule->every_ms;
    if (slot->owed && slot->state == ALERT_FIRING && may) {
        slot->owed = false;
        slot->told_ms = watch->now_ms;
        tell(watch, rule_index, slot, false);
    }
}

static void forget(struct alert_watch *watch) {
    for (int i = 0; i < ALERT_RULE_MAX; i++) {
        for (int s = 0; s < SLOT_COUNT; s++) {
            clear_slot(&watch->slots[i][s]);
        }
        if (watch->silenced_until_ms[i] != ALERT_SILENCED_FOR_EVER) {
            watch->silenced_until_ms[i] = 0;
        }
    }
    memset(watch->markets, 0, sizeof watch->markets);
}

/* -- scenes and maps -- */

static struct alert_market *find_market(struct alert_watch *watch, uint16_t instrument) {
    for (int i = 0; i < SCENE_INSTRUMENT_MAX; i++) {
        if (watch->markets[i].used && watch->markets[i].instrument == instrument) {
            return &watch->markets[i];
        }
    }
    return NULL;
}

void alert_watch_take_map(struct alert_watch *watch, const struct scene_map *map) {
    struct alert_market *market = find_market(watch, map->instrument);
    if (market != NULL && map->ts_ms > 0) {
        alert_market_take_map(market, map);
    }
}

static void read_place(const struct scene_instrument *instrument, const struct alert_market *market,
                       struct place *place) {
    place->venue = instrument->venue < VENUE_COUNT ? (enum venue_id)instrument->venue : VENUE_NONE;
    str_copy(place->symbol, sizeof place->symbol, instrument->symbol);
    place->price = market->mark;
    place->price_decimals =
        number_decimals_of_tick(instrument->tick.mantissa, instrument->tick.exponent, market->mark);
}

static bool concerns(const struct alert_rule *rule, const struct scene_instrument *instrument) {
    return (rule->venue == VENUE_NONE || instrument->venue == (uint8_t)rule->venue) &&
           (rule->symbol[0] == '\0' || strcmp(rule->symbol, instrument->symbol) == 0);
}

static void advance_feeds(struct alert_watch *watch, int rule, const struct scene *scene) {
    struct slot *slot = &watch->slots[rule][0];
    int feed = -1;
    slot->fact = (struct alert_fact){.value = NAN};
    if (scene != NULL) {
        slot->fact = alert_fact_of_feeds(&watch->rules.items[rule], scene, watch->now_ms, &feed);
    }
    if (feed >= 0 && scene->feeds[feed].venue < VENUE_COUNT) {
        slot->place.venue = (enum venue_id)scene->feeds[feed].venue;
    }
    run(watch, rule, slot);
}

static void advance_market(struct alert_watch *watch, int rule_index, const struct scene *scene) {
    const struct alert_rule *rule = &watch->rules.items[rule_index];
    for (int i = 0; i < SLOT_COUNT; i++) {
        struct slot *slot = &watch->slots[rule_index][i];
        slot->fact = (struct alert_fact){.value = NAN};
        if (scene != NULL && i < scene->instrument_count &&
            concerns(rule, &scene->instruments[i])) {
            const struct alert_market *market = &watch->markets[i];
            read_place(&scene->instruments[i], market, &slot->place);
            slot->fact = alert_fact_of_market(rule, &scene->instruments[i], market, &slot->series,
                                              watch->now_ms);
        }
        run(watch, rule_index, slot);
    }
}

static void advance_markets(struct alert_watch *watch, const struct scene *scene) {
    for (int i = 0; i < SCENE_INSTRUMENT_MAX && i < scene->instrument_count; i++) {
        struct alert_market *market = &watch->markets[i];
        const struct scene_instrument *instrument = &scene->instruments[i];
        if (!market->used || market->instrument != instrument->instrument) {
            for (int rule = 0; rule < ALERT_RULE_MAX; rule++) {
                clear_slot(&watch->slots[rule][i]);
            }
            memset(market, 0, sizeof *market);
            market->used = true;
            market->instrument = instrument->instrument;
        }
        alert_market_advance(market, instrument, scene->ts_ms, watch->now_ms);
    }
}

void alert_watch_advance(struct alert_watch *watch, const struct scene *scene, int64_t now_ms) {
    if (now_ms <= 0) {
        return;
    }
    if (now_ms < watch->now_ms - ALERT_BACK_MS) {
        forget(watch);
        watch->now_ms = now_ms;
    }
    watch->now_ms = now_ms > watch->now_ms ? now_ms : watch->now_ms;
    if (scene != NULL) {
        watch->demo = scene->demo;
        advance_markets(watch, scene);
    }
    for (int i = 0; i < watch->rules.count; i++) {
        if (watch->rules.items[i].kind == ALERT_SILENT) {
            advance_feeds(watch, i, scene);
        } else {
            advance_market(watch, i, scene);
        }
    }
}

/* -- lists -- */

/* Of its instruments the one that fires, or comes nearest to it; for a look and a test alike. */
static const struct slot *urgent_slot(const struct alert_watch *watch, int rule) {
    static const int urgency[] = {[ALERT_NO_DATA] = 0,
                                  [ALERT_NORMAL] = 1,
                                  [ALERT_PENDING] = 2,
                                  [ALERT_RECOVERING] = 3,
                                  [ALERT_FIRING] = 4};
    const struct slot *found = &watch->slots[rule][0];
    for (int i = 1; i < SLOT_COUNT; i++) {
        const struct slot *slot = &watch->slots[rule][i];
        if (urgency[slot->state] > urgency[found->state]) {
            found = slot;
        }
    }
    return found;
}

void alert_watch_get_status(const struct alert_watch *watch, int rule, struct alert_status *out) {
    assert(rule >= 0);
    assert(rule < watch->rules.count);
    const struct slot *slot = urgent_slot(watch, rule);
    *out = (struct alert_status){
        .state = slot->state,
        .value = slot->fact.known ? slot->fact.value : NAN,
        .since_ms = slot->since_ms,
        .silenced_until_ms = is_silenced(watch, rule) ? watch->silenced_until_ms[rule] : 0,
        .venue = slot->place.venue,
    };
    str_copy(out->symbol, sizeof out->symbol, slot->place.symbol);
    for (int i = 0; i < SLOT_COUNT; i++) {
        int64_t fired_ms = watch->slots[rule][i].fired_ms;
        out->fired_ms = fired_ms > out->fired_ms ? fired_ms : out->fired_ms;
        out->fired_count += watch->slots[rule][i].fired_count;
    }
    if (slot->state == ALERT_FIRING || slot->state == ALERT_RECOVERING) {
        const struct alert_event event = describe(watch, rule, slot, &slot->fired, false, false);
        str_copy(out->text, sizeof out->text, event.text);
    }
}

void alert_watch_silence(struct alert_watch *watch, int rule, int64_t until_ms) {
    assert(rule >= 0);
    assert(rule < watch->rules.count);
    watch->silenced_until_ms[rule] = until_ms;
}

void alert_watch_test(struct alert_watch *watch, int rule) {
    assert(rule >= 0);
    assert(rule < watch->rules.count);
    struct slot slot = *urgent_slot(watch, rule);
    slot.state = ALERT_FIRING;
    tell(watch, rule, &slot, true);
}
