/* control/alert_delivery.c - the thread that tells alerts.
 *
 * A job comes through a ring and goes at once to what is quick (sound, a new child) and into a
 * queue for what is not. The webhook takes one request at a time, in order: an endpoint that is
 * down is down for all of them, and those behind wait. A request is tried again where another try
 * may help: no answer, 408, 425, 429 (after Retry-After, if that is longer) and 5xx; another answer
 * is final. Every try carries the event's id as Idempotency-Key, since an answer may be lost after
 * it was given. */
#include "control/alert_delivery.h"

#include <inttypes.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/ring.h"
#include "base/stat.h"
#include "base/str.h"
#include "control/alert_text.h"
#include "control/child.h"
#include "net/http_client.h"
#include "net/service.h"
#include "net/url.h"

enum {
    LOOK_MS = 50, /* at children and sounds, while there are any */
    RETRY_AFTER_MS_MAX = 300000,
    COMMAND_BYTES = 1024,
    VARIABLE_MAX = 12,
    VARIABLE_BYTES = ALERT_SENTENCE_BYTES + 32
};

struct job {
    alignas(64) struct alert_event event;
    double volume;
};

struct queue {
    int first, count;
    struct alert_event events[DELIVERY_QUEUE_MAX];
};

struct running {
    pid_t child; /* 0: none */
    bool notification;
    int64_t begun_ns;
};

struct alert_delivery {
    struct net_service *service; /* owned */
    struct ring jobs;            /* main pushes, the thread pops */
    char webhook_url[DELIVERY_URL_BYTES], command[COMMAND_BYTES];
    struct alert_sounds sounds;
    int backoff_first_ms, child_ms;

    /* -- the service's thread only -- */
    struct queue webhooks, commands;
    bool asking; /* the first of webhooks is under way, or waits for its next try */
    int try_count;
    struct net_timer retry, look;
    bool looking;
    struct running running[DELIVERY_CHILD_MAX];
    bool notify_told; /* that it cannot be done */
};

/* -- queues -- */

/* kept: so many of the first are under way and stay. */
static void queue_add(struct queue *queue, const struct alert_event *event, int kept) {
    if (queue->count == DELIVERY_QUEUE_MAX) {
        stat_add(STAT_alerts_dropped, 1);
        LOG_WARN("alerts: more than %d wait to be told; the oldest is dropped", DELIVERY_QUEUE_MAX);
        for (int i = kept; i > 0; i--) {
            int to = (queue->first + i) % DELIVERY_QUEUE_MAX;
            queue->events[to] = queue->events[(queue->first + i - 1) % DELIVERY_QUEUE_MAX];
        }
        queue->first = (queue->first + 1) % DELIVERY_QUEUE_MAX;
        queue->count--;
    }
    queue->events[(queue->first + queue->count++) % DELIVERY_QUEUE_MAX] = *event;
}

static void queue_remove_first(struct queue *queue) {
    queue->first = (queue->first + 1) % DELIVERY_QUEUE_MAX;
    queue->count--;
}

/* -- webhook -- */

static void ask(void *user);

static void ask_next(struct alert_delivery *delivery) {
    queue_remove_first(&delivery->webhooks);
    delivery->asking = false;
    if (delivery->webhooks.count > 0) {
        ask(delivery);
    }
}

static bool may_help(const struct http_result *result) {
    int code = result->http_code;
    return result->status != STATUS_OK || code == 408 || code == 425 || code == 429 || code >= 500;
}

static void ask_again(struct alert_delivery *delivery, const struct http_result *result) {
    int64_t delay_ms = net_service_backoff_ms(delivery->service, delivery->try_count - 1);
    delay_ms = delay_ms * delivery->backoff_first_ms / 1000;
    int64_t wanted_ms = (int64_t)result->retry_after_s * 1000;
    if (wanted_ms > delay_ms) {
        delay_ms = wanted_ms < RETRY_AFTER_MS_MAX ? wanted_ms : RETRY_AFTER_MS_MAX;
    }
    stat_add(STAT_webhooks_retried, 1);
    net_timer_schedule(delivery->service, &delivery->retry, delay_ms, ask, delivery);
}

static void on_answer(void *user, const struct http_result *result) {
    struct alert_delivery *delivery = user;
    const struct alert_event *event = &delivery->webhooks.events[delivery->webhooks.first];
    if (result->status == STATUS_CANCELLED) {
        return; /* we are ending */
    }
    if (result->status == STATUS_OK && result->http_code >= 200 && result->http_code < 300) {
        stat_add(STAT_webhooks_sent, 1);
        ask_next(delivery);
    } else if (may_help(result) && delivery->try_count < DELIVERY_TRY_MAX) {
        ask_again(delivery, result);
    } else {
        stat_add(STAT_webhooks_failed, 1);
        LOG_WARN("alerts: webhook: alert %s (%s) not taken: expected 2xx, got %d %s", event->name,
                 event->id, result->http_code, result->reason);
        ask_next(delivery);
    }
}

/* Send the first of the queue, for the first time or again. */
static void ask(void *user) {
    struct alert_delivery *delivery = user;
    const struct alert_event *event = &delivery->webhooks.events[delivery->webhooks.first];
    char json[ALERT_JSON_BYTES];
    size_t len = alert_text_write_json(event, json);
    const struct http_client_desc desc = {
        .url = delivery->webhook_url, .on_done = on_answer, .user = delivery};
    const struct http_post post = {
        .body = json, .len = len, .content_type = "application/json", .key = event->id};
    delivery->try_count = delivery->asking ? delivery->try_count + 1 : 1;
    delivery->asking = true;
    enum status status = http_client_post(delivery->service, &desc, &post);
    if (status != STATUS_OK && status != STATUS_CANCELLED) {
        stat_add(STAT_webhooks_failed, 1);
        LOG_WARN("alerts: webhook: alert %s not sent: %s", event->name, status_text(status));
        queue_remove_first(&delivery->webhooks); /* the next comes with the next alert */
        delivery->asking = false;
    }
}

/* -- children -- */

static void look(void *user);

static void look_soon(struct alert_delivery *delivery) {
    if (!delivery->looking) {
        delivery->looking = true;
        net_timer_schedule(delivery->service, &delivery->look, LOOK_MS, look, delivery);
    }
}

static struct running *free_place(struct alert_delivery *delivery) {
    for (int i = 0; i < DELIVERY_CHILD_MAX; i++) {
        if (delivery->running[i].child == 0) {
            return &delivery->running[i];
        }
    }
    return NULL;
}

struct variables {
    char texts[VARIABLE_MAX][VARIABLE_BYTES];
    const char *list[VARIABLE_MAX + 1];
    int count;
};

STR_PRINTF(2, 3) static void add_variable(struct variables *variables, const char *format, ...) {
    char *text = variables->texts[variables->count];
    va_list args;
    va_start(args, format);
    vsnprintf(text, VARIABLE_BYTES, format, args);
    va_end(args);
    variables->list[variables->count++] = text;
}

static void set_variables(const struct alert_event *event, struct variables *out) {
    char time[CLOCK_TEXT_BYTES];
    add_variable(out, "ALERT_ID=%s", event->id);
    add_variable(out, "ALERT_NAME=%s", event->name);
    add_variable(out, "ALERT_STATE=%s", alert_state_name(event->state));
    add_variable(out, "ALERT_KIND=%s", alert_kind_name(event->kind));
    add_variable(out, "ALERT_RULE=%s", event->rule);
    add_variable(out, "ALERT_VENUE=%s", venue_key(event->venue));
    add_variable(out, "ALERT_SYMBOL=%s", event->symbol);
    add_variable(out, "ALERT_TIME=%s", clock_format_utc(event->ts_ms, time));
    add_variable(out, "ALERT_PRICE=%.10g", event->price);
    add_variable(out, "ALERT_VALUE=%.10g", event->value);
    add_variable(out, "ALERT_THRESHOLD=%.10g", event->threshold);
    add_variable(out, "ALERT_TEXT=%s", event->text);
    static_assert(VARIABLE_MAX == 12, "a place per variable");
}

static void start_child(struct alert_delivery *delivery, struct running *place,
                        const struct alert_event *event, bool notification) {
    char json[ALERT_JSON_BYTES];
    char summary[ALERT_NAME_BYTES + 32];
    struct variables variables = {.count = 0};
    const char *const shell[] = {"sh", "-c", delivery->command, NULL};
    const char *const notify[] = {"notify-send", "-a",    "liqscope",  "-i", "liqscope",
                                  "--",          summary, event->text, NULL};
    set_variables(event, &variables);
    str_format(summary, sizeof summary, "liqscope: %s", event->name);
    const struct child_desc desc = {.arguments = notification ? notify : shell,
                                    .environment = variables.list,
                                    .input = json,
                                    .input_len = alert_text_write_json(event, json)};
    pid_t child = 0;
    enum status status = child_start(&desc, &child);
    if (status == STATUS_OK) {
        *place = (struct running){child, notification, clock_mono_ns()};
        look_soon(delivery);
        return;
    }
    stat_add(STAT_commands_failed, 1);
    if (!notification || !delivery->notify_told) {
        LOG_WARN("alerts: %s of alert %s not started: %s%s", notification ? "notify-send" : "sh",
                 event->name, status_text(status),
                 notification ? " (package libnotify-bin); no further word of it" : "");
    }
    delivery->notify_told = delivery->notify_told || notification;
}

static void start_waiting(struct alert_delivery *delivery) {
    struct running *place = free_place(delivery);
    while (place != NULL && delivery->commands.count > 0) {
        const struct alert_event event = delivery->commands.events[delivery->commands.first];
        queue_remove_first(&delivery->commands);
        start_child(delivery, place, &event, (event.by & ALERT_BY_NOTIFY) != 0);
        place = free_place(delivery);
    }
}

static void note_end(struct alert_delivery *delivery, const struct running *ended, int code) {
    if (code == 0) {
        stat_add(STAT_commands_run, 1);
        return;
    }
    stat_add(STAT_commands_failed, 1);
    if (!ended->notification) {
        LOG_WARN("alerts: command: expected exit status 0, got %d", code);
    } else if (!delivery->notify_told) {
        LOG_WARN("alerts: notify-send: exit status %d, no service for notifications answers; no "
                 "further word of it",
                 code);
        delivery->notify_told = true;
    }
}

static bool look_at_children(struct alert_delivery *delivery) {
    bool any = false;
    for (int i = 0; i < DELIVERY_CHILD_MAX; i++) {
        struct running *place = &delivery->running[i];
        int code = 0;
        if (place->child == 0) {
            continue;
        }
        if (child_look(place->child, &code) != CHILD_RUNS) {
            note_end(delivery, place, code);
            place->child = 0;
        } else if (clock_mono_ns() - place->begun_ns > (int64_t)delivery->child_ms * 1000000) {
            LOG_WARN("alerts: %s: no end after %d ms, killed",
                     place->notification ? "notify-send" : "command", delivery->child_ms);
            child_kill(place->child);
            stat_add(STAT_commands_failed, 1);
            place->child = 0;
        }
        any = any || place->child != 0;
    }
    return any;
}

static void look(void *user) {
    struct alert_delivery *delivery = user;
    delivery->looking = false;
    bool busy = look_at_children(delivery);
    start_waiting(delivery);
    busy = (delivery->sounds.play != NULL && delivery->sounds.rest(delivery->sounds.user)) || busy;
    if (busy) {
        look_soon(delivery);
    }
}

/* -- jobs -- */

static void add_command(struct alert_delivery *delivery, const struct alert_event *event,
                        unsigned by) {
    struct alert_event one = *event;
    one.by = by; /* which of the two it waits for */
    queue_add(&delivery->commands, &one, 0);
}

static void take_job(struct alert_delivery *delivery, const struct job *job) {
    const struct alert_event *event = &job->event;
    if ((event->by & ALERT_BY_SOUND) != 0 && event->chime != CHIME_NONE && job->volume > 0 &&
        delivery->sounds.play != NULL) {
        delivery->sounds.play(delivery->sounds.user, event->chime, job->volume);
        look_soon(delivery);
    }
    if ((event->by & ALERT_BY_NOTIFY) != 0) {
        add_command(delivery, event, ALERT_BY_NOTIFY);
    }
    if ((event->by & ALERT_BY_COMMAND) != 0 && delivery->command[0] != '\0') {
        add_command(delivery, event, ALERT_BY_COMMAND);
    }
    start_waiting(delivery);
    if ((event->by & ALERT_BY_WEBHOOK) != 0 && delivery->webhook_url[0] != '\0') {
        queue_add(&delivery->webhooks, event, delivery->asking ? 1 : 0);
        if (!delivery->asking) {
            ask(delivery);
        }
    }
}

static void take_jobs(void *user) {
    struct alert_delivery *delivery = user;
    const struct job *job = NULL;
    while ((job = ring_pop_begin(&delivery->jobs)) != NULL) {
        take_job(delivery, job);
        ring_pop_end(&delivery->jobs);
    }
}

bool alert_delivery_send(struct alert_delivery *delivery, const struct alert_event *event,
                         double volume) {
    struct job *job = ring_push_begin(&delivery->jobs);
    if (job == NULL) {
        stat_add(STAT_alerts_dropped, 1);
        return false;
    }
    job->event = *event;
    job->volume = volume;
    ring_push_end(&delivery->jobs);
    /* Where the queue of calls is full, an earlier call takes this job, too. */
    (void)net_service_post(delivery->service, take_jobs, delivery);
    return true;
}

/* -- life -- */

static enum status check_url(const char *text) {
    struct url url;
    return text[0] == '\0' ? STATUS_OK : url_parse(text, "https", "http", &url);
}

enum status alert_delivery_create(const struct alert_delivery_desc *desc,
                                  struct alert_delivery **out) {
    enum status status = check_url(desc->webhook_url);
    *out = NULL;
    if (status != STATUS_OK) {
        return status;
    }
    struct alert_delivery *delivery = aligned_alloc(64, (sizeof *delivery + 63) / 64 * 64);
    if (delivery == NULL) {
        return STATUS_MEMORY;
    }
    memset(delivery, 0, sizeof *delivery);
    delivery->sounds = desc->sounds;
    delivery->backoff_first_ms = desc->backoff_first_ms > 0 ? desc->backoff_first_ms : 1000;
    delivery->child_ms = desc->child_ms > 0 ? desc->child_ms : DELIVERY_CHILD_MS;
    bool copied =
        str_copy(delivery->webhook_url, sizeof delivery->webhook_url, desc->webhook_url) &&
        str_copy(delivery->command, sizeof delivery->command, desc->command);
    status = copied ? STATUS_OK : STATUS_RANGE;
    if (copied) {
        const struct net_service_desc service = {.ca_file = desc->ca_file[0] != '\0' ? desc->ca_file
                                                                                     : NULL,
                                                 .role = THREAD_ALERT,
                                                 .proxies = desc->proxies};
        delivery->service = net_service_create(&service, &status);
    }
    if (delivery->service != NULL) {
        bool started = ring_init(&delivery->jobs, sizeof(struct job), DELIVERY_QUEUE_MAX) &&
                       net_service_start(delivery->service);
        status = started ? STATUS_OK : STATUS_MEMORY;
    }
    if (status != STATUS_OK) {
        alert_delivery_destroy(delivery);
        return status;
    }
    *out = delivery;
    return STATUS_OK;
}

void alert_delivery_destroy(struct alert_delivery *delivery) {
    if (delivery == NULL) {
        return;
    }
    net_service_destroy(delivery->service);
    int left = delivery->webhooks.count + delivery->commands.count;
    if (left > 0) {
        stat_add(STAT_alerts_dropped, left);
        LOG_WARN("alerts: %d were not told before the end", left);
    }
    for (int i = 0; i < DELIVERY_CHILD_MAX; i++) {
        if (delivery->running[i].child != 0) {
            child_kill(delivery->running[i].child);
        }
    }
    ring_finish(&delivery->jobs);
    free(delivery);
}
