/* app/desk_alerts.h - the alerts of the desk: rules over its scenes and maps, told and listed.
 *
 * Thread: main; what takes time happens on control/alert_delivery's.  Owner: the desk.  Rules come
 * from the configuration's [alerts]; a rule about clusters looks at the maps of the panes, so an
 * instrument that no pane shows has no data for it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/app.h"
#include "config/option_table.h"
#include "control/alert.h"
#include "layer/picture.h"
#include "view/action_call.h"

enum { DESK_ALERT_EVENT_MAX = 16 };

struct alert_delivery;
struct desk;
struct sound;

/* A rule as lists show it. */
struct desk_alert {
    char name[ALERT_NAME_BYTES], rule[ALERT_TEXT_BYTES];
    enum alert_kind kind;
    double threshold; /* with status.value in alert_kind_unit */
    struct alert_status status;
};

struct desk_alerts {
    struct alert_watch *watch;       /* owned */
    struct alert_delivery *delivery; /* owned; NULL: no rule so far, or it could not be made */
    struct sound *sound;             /* owned */
    int count;
    struct desk_alert items[ALERT_RULE_MAX];         /* as of the newest look */
    int firing_count;                                /* of those, not silenced */
    struct picture_alerts shown;                     /* of the badge */
    int64_t event_count;                             /* told so far */
    struct alert_event events[DESK_ALERT_EVENT_MAX]; /* by number modulo the limit */
    bool muted;                                      /* no sound, by alerts-mute */
    int64_t looked_ns;
};

/* What tells alerts is made where there are rules. EXIT_STATUS_DONE, or the reason was printed:
 * an address that cannot be used is a mistake of the configuration. */
enum exit_status desk_alerts_open(struct desk *desk, const struct alert_rules *rules);
void desk_alerts_close(struct desk *desk); /* zeroed accepted */

/* Once a frame, after its scene: look, tell, list. */
void desk_alerts_advance(struct desk *desk, bool fresh);
/* From now on these rules. False: error says why they cannot be told. */
bool desk_alerts_set_rules(struct desk *desk, const struct alert_rules *rules,
                           char error[OPTION_ERROR_BYTES]);
/* ACTION_ALERT_TEST, ACTION_ALERT_SILENCE, ACTION_ALERTS_MUTE. */
bool desk_alerts_run(struct desk *desk, const struct action_call *call,
                     char error[OPTION_ERROR_BYTES]);
