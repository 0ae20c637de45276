/* base/stat.h - counters with name, unit and description; HUD, API and tests read the same list.
 *
 * Thread: any adds (relaxed), any reads.  A counter only grows; gauges are set. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#define STAT_LIST(X)                                                                               \
    X(messages_received, "messages", "WebSocket messages joined and handed to a parser")           \
    X(bytes_received, "bytes", "payload bytes of those messages")                                  \
    X(messages_ignored, "messages", "understood and not wanted (acks, other streams)")             \
    X(messages_malformed, "messages", "not the documented shape, skipped")                         \
    X(rows_dropped_side, "rows", "dropped: side not known")                                        \
    X(rows_dropped_unit, "rows", "dropped: unit or multiplier not known")                          \
    X(rows_dropped_symbol, "rows", "dropped: symbol not asked for")                                \
    X(events_pushed, "slots", "event slots put into an engine ring")                               \
    X(events_lost, "slots", "event slots that met a full engine ring")                             \
    X(events_applied, "slots", "event slots the engine has applied")                               \
    X(book_gaps, "gaps", "sequence gaps in an order book")                                         \
    X(feed_reconnects, "connections", "connections opened again after a loss")                     \
    X(feed_stalls, "stalls", "streams accepted by the venue that then stayed silent")              \
    X(rest_requests, "requests", "REST requests sent")                                             \
    X(rest_failures, "requests", "REST requests that failed or were refused")                      \
    X(scene_published, "scenes", "scenes put into the mailbox")                                    \
    X(raster_columns, "columns", "raster columns finished")                                        \
    X(ipc_commands, "lines", "lines of the control socket that were answered")                     \
    X(ipc_lines_long, "lines", "lines of the control socket that were too long")                   \
    X(ipc_clients_refused, "clients", "clients of the control socket beyond its limit")            \
    X(ipc_clients_dropped, "clients", "clients of the control socket that did not read")           \
    X(frames_drawn, "frames", "frames drawn")                                                      \
    X(alerts_fired, "alerts", "alerts that fired and were told")                                   \
    X(alerts_dropped, "alerts", "alerts that waited too long in a full queue to be told")          \
    X(webhooks_sent, "requests", "alerts that the webhook took")                                   \
    X(webhooks_retried, "requests", "requests to the webhook that are tried again")                \
    X(webhooks_failed, "requests", "alerts that the webhook did not take")                         \
    X(commands_run, "commands", "commands and notifications of alerts that ended well")            \
    X(commands_failed, "commands", "those that did not begin, ended badly or took too long")       \
    X(sounds_played, "sounds", "sounds of alerts handed to the audio device")                      \
    X(frames_late, "frames", "frames that missed their time")

enum stat_id {
#define STAT_ENUM(name, unit, text) STAT_##name,
    STAT_LIST(STAT_ENUM)
#undef STAT_ENUM
        STAT_COUNT
};

void stat_add(enum stat_id id, int64_t amount);
int64_t stat_get(enum stat_id id);
const char *stat_name(enum stat_id id);
const char *stat_unit(enum stat_id id);
const char *stat_text(enum stat_id id);
void stat_reset_all(void); /* tests only */
