/* control/alert_delivery.h - telling alerts to the world: webhook, command, notification, sound.
 *
 * Thread: main creates, sends and destroys; the rest happens on a thread of its own
 * (THREAD_ALERT) with an event loop for the webhook, so that no frame waits for any of it. Owner:
 * app/desk_alerts.  The webhook and the command are the user's own configuration, never a message
 * of the control socket; the event's text reaches the command as data (standard input and
 * environment), not as part of its line.
 *
 * Limits: DELIVERY_QUEUE_MAX alerts wait for each way, the oldest makes room and is counted
 * (STAT_alerts_dropped); DELIVERY_TRY_MAX tries of the webhook, with net_service_backoff_ms between
 * them; DELIVERY_CHILD_MAX commands at a time, each killed after DELIVERY_CHILD_MS. */
#pragma once

#include <stdbool.h>

#include "base/status.h"
#include "control/alert.h"

enum {
    DELIVERY_QUEUE_MAX = 64,
    DELIVERY_TRY_MAX = 8,
    DELIVERY_CHILD_MAX = 4,
    DELIVERY_CHILD_MS = 30000,
    DELIVERY_URL_BYTES = 1024
};

struct alert_delivery;
struct proxy_rules;

/* Sounds, by whoever can make them; called on the delivery's thread. */
struct alert_sounds {
    void (*play)(void *user, enum chime chime, double volume);
    bool (*rest)(void *user); /* called now and then after a play, until it is false: all is said */
    void *user;
};

struct alert_delivery_desc {
    const char *webhook_url;           /* "": none; https, or http on loopback */
    const char *command;               /* run by sh -c; "": none */
    const char *ca_file;               /* as net_service_desc has it; "": none */
    const struct proxy_rules *proxies; /* as net_service_desc has them */
    struct alert_sounds sounds;        /* play NULL: none */

    /* -- tests -- */
    int backoff_first_ms; /* 0: 1,000 */
    int child_ms;         /* 0: DELIVERY_CHILD_MS */
};

/* STATUS_MALFORMED or STATUS_UNSUPPORTED: the URL; STATUS_IO: the CA file; STATUS_MEMORY. */
enum status alert_delivery_create(const struct alert_delivery_desc *desc,
                                  struct alert_delivery **out);
/* What waits is dropped and counted, commands that still run are killed. NULL accepted. */
void alert_delivery_destroy(struct alert_delivery *delivery);

/* Tell it by those of event->by that are set up here. volume: of its sound, 0..1. False: too many
 * wait, it was dropped and counted. */
bool alert_delivery_send(struct alert_delivery *delivery, const struct alert_event *event,
                         double volume);
