#include "base/log.h"

#include <assert.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

static atomic_int level_max = LOG_LEVEL_WARN;

static const char *const level_names[] = {"error", "warn", "info", "debug"};
static_assert(ARRAY_COUNT(level_names) == LOG_LEVEL_DEBUG + 1, "a name per level");

void log_set_level(enum log_level level) {
    /* relaxed: a line more or less around the change does no harm */
    atomic_store_explicit(&level_max, (int)level, memory_order_relaxed);
}

enum log_level log_get_level(void) {
    /* relaxed: see log_set_level */
    return (enum log_level)atomic_load_explicit(&level_max, memory_order_relaxed);
}

/* May this line pass? If so, *suppressed is how many did not since the last that did. */
static bool site_admit(struct log_site *site, int *suppressed) {
    const int64_t now_s = clock_mono_ns() / 1000000000;
    /* relaxed throughout: the limiter is approximate by design; two threads that open a window at
     * once let a few lines more through, and orders nothing else */
    if (atomic_load_explicit(&site->window_s, memory_order_relaxed) != now_s) {
        atomic_store_explicit(&site->window_s, now_s, memory_order_relaxed);
        atomic_store_explicit(&site->count, 0, memory_order_relaxed);
    }
    if (atomic_fetch_add_explicit(&site->count, 1, memory_order_relaxed) >= LOG_REPEAT_PER_SECOND) {
        atomic_fetch_add_explicit(&site->suppressed_count, 1, memory_order_relaxed);
        return false;
    }
    *suppressed = atomic_exchange_explicit(&site->suppressed_count, 0, memory_order_relaxed);
    return true;
}

void log_write(enum log_level level, struct log_site *site, const char *format, ...) {
    assert(level >= LOG_LEVEL_ERROR);
    assert(level <= LOG_LEVEL_DEBUG);
    int suppressed = 0;
    if (level > log_get_level() || !site_admit(site, &suppressed)) {
        return;
    }
    char line[LOG_LINE_BYTES_MAX] = {0};
    char text[LOG_LINE_BYTES_MAX - 128] = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    str_format(line, sizeof line, "liqscope: %s: %s", level_names[level], text);
    if (suppressed > 0) {
        str_append(line, sizeof line, " (and %d more like it)", suppressed);
    }
    str_append(line, sizeof line, "\n");
    /* One write call: lines of two threads never mix. A failure to log has nowhere to be told. */
    const ssize_t written = write(STDERR_FILENO, line, strlen(line));
    (void)written;
}
