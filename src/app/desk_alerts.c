#include "app/desk_alerts.h"

#include <string.h>

#include "app/desk.h"
#include "app/desk_ipc.h"
#include "base/log.h"
#include "base/stat.h"
#include "control/alert_delivery.h"
#include "control/alert_text.h"
#include "window/sound.h"

/* Between scenes, so that silence is noticed. */
#define LOOK_NS INT64_C(250000000)

/* -- life -- */

static void play(void *user, enum chime chime, double volume) {
    sound_play(user, chime, volume);
}

static bool rest(void *user) {
    return sound_rest(user);
}

/* Make what tells alerts, with the first rule. */
static bool open_delivery(struct desk *desk, char error[OPTION_ERROR_BYTES]) {
    struct desk_alerts *alerts = &desk->alerts;
    const struct option_table *table = &desk->options;
    alerts->sound = alerts->sound != NULL ? alerts->sound : sound_create();
    struct alert_delivery_desc desc = {
        .webhook_url = option_text(table, OPT_alert_webhook),
        .command = option_text(table, OPT_alert_command),
        .ca_file = option_text(table, OPT_ca_file),
        .proxies = desk->proxies,
    };
    if (alerts->sound != NULL) {
        desc.sounds = (struct alert_sounds){play, rest, alerts->sound};
    }
    enum status status = alert_delivery_create(&desc, &alerts->delivery);
    if (status == STATUS_MALFORMED || status == STATUS_UNSUPPORTED) {
        str_format(error, OPTION_ERROR_BYTES,
                   "alert-webhook: \"%.80s\": expected https://..., or http:// on loopback",
                   desc.webhook_url);
    } else if (status != STATUS_OK) {
        str_format(error, OPTION_ERROR_BYTES, "alerts cannot be told: %s", status_text(status));
    }
    return status == STATUS_OK;
}

bool desk_alerts_set_rules(struct desk *desk, const struct alert_rules *rules,
                           char error[OPTION_ERROR_BYTES]) {
    struct desk_alerts *alerts = &desk->alerts;
    if (rules->count > 0 && alerts->delivery == NULL && !open_delivery(desk, error)) {
        return false;
    }
    alert_watch_set_rules(alerts->watch, rules);
    alerts->looked_ns = 0;
    return true;
}

enum exit_status desk_alerts_open(struct desk *desk, const struct alert_rules *rules) {
    char error[OPTION_ERROR_BYTES];
    desk->alerts.watch = alert_watch_create();
    if (desk->alerts.watch == NULL) {
        return app_fail(EXIT_STATUS_FAILED, "view", "%s", status_text(STATUS_MEMORY));
    }
    if (!desk_alerts_set_rules(desk, rules, error)) {
        return app_fail(EXIT_STATUS_USAGE, "view", "%s", error);
    }
    return EXIT_STATUS_DONE;
}

void desk_alerts_close(struct desk *desk) {
    alert_delivery_destroy(desk->alerts.delivery); /* its thread plays: before the sound */
    sound_destroy(desk->alerts.sound);
    alert_watch_destroy(desk->alerts.watch);
    memset(&desk->alerts, 0, sizeof desk->alerts);
}

/* -- a frame -- */

/* One map an instrument: of several panes that show it, the first one's, or those that hide venues
 * would take turns. */
static void take_maps(struct desk *desk) {
    uint16_t seen[DESKTOP_WINDOW_MAX * DESK_PANE_MAX];
    int seen_count = 0;
    for (int w = 0; w < desk->window_count; w++) {
        for (int i = 0; i < desk->windows[w]->pane_count; i++) {
            const struct scene_map *map = desk->windows[w]->panes[i]->map;
            int at = 0;
            while (map != NULL && at < seen_count && seen[at] != map->instrument) {
                at++;
            }
            if (map != NULL && at == seen_count) {
                seen[seen_count++] = map->instrument;
                alert_watch_take_map(desk->alerts.watch, map);
            }
        }
    }
}

static void tell(struct desk *desk, const struct alert_event *event) {
    struct desk_alerts *alerts = &desk->alerts;
    const struct option_table *table = &desk->options;
    struct alert_event *kept = &alerts->events[alerts->event_count++ % DESK_ALERT_EVENT_MAX];
    *kept = *event;
    if (!option_flag(table, OPT_alert_notify)) {
        kept->by &= ~(unsigned)ALERT_BY_NOTIFY;
    }
    if (!option_flag(table, OPT_alert_sound) || alerts->muted || desk->wall.quiet_now) {
        kept->by &= ~(unsigned)ALERT_BY_SOUND;
    }
    stat_add(STAT_alerts_fired, 1);
    LOG_INFO("alert %s: %s", event->name, event->text);
    char json[ALERT_JSON_BYTES];
    alert_text_write_json(kept, json);
    desk_ipc_emit(desk, "alert", json);
    if (alerts->delivery != NULL) {
        (void)alert_delivery_send(alerts->delivery, kept, option_number(table, OPT_alert_volume));
    }
}

static void list(struct desk_alerts *alerts) {
    const struct alert_rules *rules = alert_watch_rules(alerts->watch);
    alerts->count = rules->count;
    for (int i = 0; i < rules->count; i++) {
        struct desk_alert *item = &alerts->items[i];
        str_copy(item->name, sizeof item->name, rules->items[i].name);
        str_copy(item->rule, sizeof item->rule, rules->items[i].text);
        item->kind = rules->items[i].kind;
        item->threshold = rules->items[i].threshold;
        alert_watch_get_status(alerts->watch, i, &item->status);
    }
}

static bool is_shown(const struct desk_alert *item) {
    bool fires = item->status.state == ALERT_FIRING || item->status.state == ALERT_RECOVERING;
    return fires && item->status.silenced_until_ms == 0;
}

/* The badge: the newest that fire. */
static void show(struct desk_alerts *alerts) {
    struct picture_alerts shown;
    memset(&shown, 0, sizeof shown); /* compared by its bytes */
    bool taken[ALERT_RULE_MAX] = {false};
    for (int i = 0; i < alerts->count; i++) {
        shown.count += is_shown(&alerts->items[i]);
    }
    for (int i = 0; i < shown.count && i < PICTURE_ALERT_MAX; i++) {
        int newest = -1;
        for (int k = 0; k < alerts->count; k++) {
            const struct desk_alert *item = &alerts->items[k];
            if (is_shown(item) && !taken[k] &&
                (newest < 0 || item->status.fired_ms > alerts->items[newest].status.fired_ms)) {
                newest = k;
            }
        }
        taken[newest] = true;
        str_copy(shown.items[i].name, sizeof shown.items[i].name, alerts->items[newest].name);
        str_copy(shown.items[i].text, sizeof shown.items[i].text,
                 alerts->items[newest].status.text);
    }
    alerts->firing_count = shown.count;
    shown.number = alerts->shown.number;
    if (memcmp(&shown, &alerts->shown, sizeof shown) != 0) {
        alerts->shown = shown;
        alerts->shown.number++;
    }
}

void desk_alerts_advance(struct desk *desk, bool fresh) {
    struct desk_alerts *alerts = &desk->alerts;
    const struct pane_moment *moment = &desk->moment;
    const struct scene *scene = moment->scene;
    double now_ms = moment->now_ms;
    struct alert_event event;
    if (desk_past_is_shown(desk)) { /* what is live goes on; only maps are not made of it */
        scene = pipeline_take_scene(&desk->source, &fresh);
        now_ms = scene != NULL ? (double)scene->ts_ms : 0;
    }
    bool due = fresh || moment->mono_ns - alerts->looked_ns >= LOOK_NS;
    if (alert_watch_rules(alerts->watch)->count + alerts->count == 0 || !due) {
        return;
    }
    alerts->looked_ns = moment->mono_ns;
    if (!desk_past_is_shown(desk)) {
        take_maps(desk);
    }
    alert_watch_advance(alerts->watch, scene, (int64_t)now_ms);
    while (alert_watch_take_event(alerts->watch, &event)) {
        tell(desk, &event);
    }
    list(alerts);
    show(alerts);
    desk->moment.alerts = alerts->shown.count > 0 ? &alerts->shown : NULL;
}

/* -- actions -- */

static int find_rule(const struct desk_alerts *alerts, struct span name,
                     char error[OPTION_ERROR_BYTES]) {
    const struct alert_rules *rules = alert_watch_rules(alerts->watch);
    int rule = alert_rules_find(rules, name.bytes, name.len);
    if (rule >= 0) {
        return rule;
    }
    int shown = name.len < ALERT_NAME_BYTES ? (int)name.len : ALERT_NAME_BYTES;
    str_format(error, OPTION_ERROR_BYTES, "\"%.*s\": no such alert; ", shown, name.bytes);
    if (rules->count == 0) {
        str_append(error, OPTION_ERROR_BYTES, "the configuration's [alerts] has none");
    }
    for (int i = 0; i < rules->count; i++) {
        str_append(error, OPTION_ERROR_BYTES, "%s%s", i == 0 ? "one of " : ", ",
                   rules->items[i].name);
    }
    return -1;
}

/* "NAME", "NAME 30m", "NAME off" */
static bool silence(struct desk *desk, const char *text, char error[OPTION_ERROR_BYTES]) {
    struct desk_alerts *alerts = &desk->alerts;
    struct span name = {text, strcspn(text, " \t")};
    const char *span = text + name.len + strspn(text + name.len, " \t");
    int64_t until_ms = ALERT_SILENCED_FOR_EVER;
    int64_t span_ms = 0;
    int rule = find_rule(alerts, name, error);
    if (rule < 0) {
        return false;
    }
    if (strcmp(span, "off") == 0) {
        until_ms = 0;
    } else if (span[0] != '\0') {
        if (!option_parse_span(span, strlen(span), &span_ms)) {
            str_format(error, OPTION_ERROR_BYTES,
                       "alert-silence: \"%.40s\": expected a length of time such as 30m, off, or "
                       "nothing: until it is asked for again",
                       span);
            return false;
        }
        until_ms = (int64_t)desk->moment.now_ms + span_ms;
    }
    alert_watch_silence(alerts->watch, rule, until_ms);
    alerts->looked_ns = 0; /* the badge at once */
    return true;
}

bool desk_alerts_run(struct desk *desk, const struct action_call *call,
                     char error[OPTION_ERROR_BYTES]) {
    struct desk_alerts *alerts = &desk->alerts;
    int rule = -1;
    switch (call->action) {
    case ACTION_ALERT_TEST:
        rule = find_rule(alerts, span_from_text(call->text), error);
        if (rule >= 0) {
            alert_watch_test(alerts->watch, rule);
            alerts->looked_ns = 0;
        }
        return rule >= 0;
    case ACTION_ALERT_SILENCE:
        return silence(desk, call->text, error);
    default:
        alerts->muted = !alerts->muted;
        return true;
    }
}
