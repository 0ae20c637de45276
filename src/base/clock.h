/* base/clock.h - monotonic and wall time.  Thread: any.  The engine and the rooms that compute
 * never call these: time there is the events' own. */
#pragma once

#include <stdint.h>

int64_t clock_mono_ns(void);                /* CLOCK_MONOTONIC, for stamps, latencies and pacing */
int64_t clock_wall_ms(void);                /* UTC, milliseconds since 1970 */
int64_t clock_thread_cpu_ns(void);          /* CPU time of the calling thread, for benches */
void clock_sleep_until_ns(int64_t mono_ns); /* absolute sleep; returns at once if already past */

/* Read "2026-06-17T08:30:00Z" (seconds, fraction and Z optional, date alone allowed; UTC) or epoch
 * milliseconds. False if text is neither or out of 1970..9999. */
_Bool clock_parse_utc(const char *text, int64_t *out_ms);

/* Write "2026-06-17T08:30:00Z" (with ".123" if the milliseconds are not zero) and return out. */
enum { CLOCK_TEXT_BYTES = 32 };
const char *clock_format_utc(int64_t ms, char out[CLOCK_TEXT_BYTES]);
