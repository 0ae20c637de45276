#include "app/instrument_facts.h"

#include <stdlib.h>
#include <string.h>

#include "app/event_merge.h"

void instrument_facts_take(struct instrument_facts *facts, const struct event *slots,
                           size_t count) {
    const size_t said_tiers = count - (slots[0].kind == EVENT_INSTRUMENT ? 1 : 0);
    const size_t kept_tiers = facts->count > 0 && said_tiers == 0 ? facts->count - 1 : said_tiers;
    struct event *room = realloc(facts->slots, (1 + kept_tiers) * sizeof *room);
    if (room == NULL) {
        return;
    }
    if (facts->count == 0) {
        room[0] = (struct event){.kind = EVENT_INSTRUMENT, .instrument = slots[0].instrument};
    }
    if (slots[0].kind == EVENT_INSTRUMENT) {
        event_merge(&room[0], &slots[0]);
    }
    if (said_tiers > 0) {
        memcpy(&room[1], slots + count - said_tiers, said_tiers * sizeof *room);
    }
    for (size_t i = 0; i <= kept_tiers; i++) {
        room[i].flags &= EVENT_FLAG_DEMO;
        room[i].ts_ms = slots[0].ts_ms;
    }
    room[0].flags |= EVENT_FLAG_BEGIN;
    room[kept_tiers].flags |= EVENT_FLAG_END;
    *facts = (struct instrument_facts){.slots = room, .count = 1 + kept_tiers};
}

void instrument_facts_finish(struct instrument_facts *facts) {
    free(facts->slots);
    *facts = (struct instrument_facts){.slots = NULL};
}
