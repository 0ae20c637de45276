/* bench_start - from exec to the first presented frame, to the first frame with the whole field,
 * what memory that takes, and what each further window takes.
 *
 *   bench_start LIQSCOPE [WIDTHxHEIGHT [RUNS]]      default 1920x1080 5
 *
 * Runs `LIQSCOPE view demo`, on the display of the environment or, without one, SDL's off-screen
 * driver, and beside it in the same run an empty program of the same window (this one, as
 * `bench_start --empty`): opened, cleared, swapped.  design.md section 9: the demo with one 1080p
 * window takes at most 200 MB resident plus 2 x 24 bytes a layer texel (101 MB at 2,048 x 1,024);
 * first frame at most 150 ms after the empty program's.  Each further window takes at most 20 MB
 * plus 2 x 24 bytes a texel of its own field. */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "support/bench_machine.h"
#include "window/desktop.h"

enum { RUN_COUNT_MAX = 99, LINE_BYTES = 512, SETTLE_S = 3, WINDOW_COUNT_MAX = 3 };
#define TEXEL_BYTES 48.0 /* of a field: here and on the GPU, 24 each */

struct run {
    double first_ms, full_ms; /* after exec; 0: did not come */
    double rss_mb, peak_mb;   /* SETTLE_S after the field was full */
    double field_mb;          /* TEXEL_BYTES a texel of the raster that was asked for last */
};

static int empty_program(const char *size) {
    struct desktop *desktop = NULL;
    struct display *display = NULL;
    char reason[DISPLAY_REASON_BYTES];
    int width = 0;
    int height = 0;
    if (sscanf(size, "%dx%d", &width, &height) != 2 ||
        desktop_create(&desktop, reason) != STATUS_OK ||
        desktop_open(desktop, &(struct display_place){.rect = {.w = width, .h = height}}, &display,
                     reason) != STATUS_OK) {
        fprintf(stderr, "empty: no display\n");
        return 1;
    }
    display_swap(display);
    fprintf(stderr, "first frame at %" PRId64 " ns\n", clock_mono_ns());
    desktop_destroy(desktop);
    return 0;
}

/* Value of a line "NAME:   123 kB" of the child's status, in MB. */
static double status_mb(pid_t pid, const char *name) {
    char path[64];
    char line[LINE_BYTES];
    double mb = 0;
    str_format(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            mb = strtod(line + strlen(name) + 1, NULL) / 1024;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return mb;
}

static double after_ms(const char *line, const char *what, int64_t begin_ns) {
    const char *at = strstr(line, what);
    return at != NULL ? (double)(strtoll(at + strlen(what), NULL, 10) - begin_ns) / 1e6 : 0;
}

/* Of the line of the debug log that tells of a raster; else what it was. */
static double field_mb_of(const char *line, double before) {
    int columns = 0;
    int column_ms = 0;
    int rows = 0;
    const char *at = strstr(line, " asked: ");
    bool told = at != NULL && sscanf(at, " asked: %d columns of %d ms, %d rows", &columns,
                                     &column_ms, &rows) == 3;
    return told ? TEXEL_BYTES * columns * rows / (1024 * 1024) : before;
}

/* Run argv, reading the moments that it writes to standard error; full: wait for the field, too. */
static bool run_program(char *const argv[], bool full, struct run *out) {
    int ends[2];
    char line[LINE_BYTES];
    memset(out, 0, sizeof *out);
    if (pipe(ends) != 0) {
        return false;
    }
    int64_t begin_ns = clock_mono_ns();
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv(argv[0], argv);
        _exit(127);
    }
    close(ends[1]);
    FILE *lines = fdopen(ends[0], "r");
    while (lines != NULL && fgets(line, sizeof line, lines) != NULL) {
        out->first_ms =
            out->first_ms > 0 ? out->first_ms : after_ms(line, "first frame at ", begin_ns);
        out->full_ms = after_ms(line, "field full at ", begin_ns);
        out->field_mb = field_mb_of(line, out->field_mb);
        if (out->full_ms > 0) {
            sleep(SETTLE_S);
            out->rss_mb = status_mb(pid, "VmRSS");
            out->peak_mb = status_mb(pid, "VmHWM");
            kill(pid, SIGTERM);
            break;
        }
    }
    /* What it still says must not end it early. */
    while (lines != NULL && fgets(line, sizeof line, lines) != NULL) {
    }
    if (lines != NULL) {
        fclose(lines);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 && out->first_ms > 0 &&
           (!full || out->full_ms > 0);
}

static int compare_double(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(int count, const double values[]) {
    double sorted[RUN_COUNT_MAX];
    memcpy(sorted, values, (size_t)count * sizeof sorted[0]);
    qsort(sorted, (size_t)count, sizeof sorted[0], compare_double);
    return sorted[count / 2];
}

/* The program with so many windows, all showing the same. */
static bool run_windows(char *liqscope, char *size, int windows, struct run *out) {
    static char *const further[WINDOW_COUNT_MAX] = {"", "window=24h", "window=24h ; window=24h"};
    char *view[] = {
        liqscope,      "view",  "demo",      "--size", size,     "--window",           "24h",
        "--log-level", "debug", "--seconds", "60",     "--open", further[windows - 1], NULL};
    return run_program(view, true, out);
}

/* What a window takes beside the first one. */
static bool print_windows(char *liqscope, char *size, int count) {
    double each_mb[RUN_COUNT_MAX];
    double beyond_mb[RUN_COUNT_MAX];
    struct run runs[WINDOW_COUNT_MAX];
    for (int i = 0; i < count; i++) {
        for (int windows = 1; windows <= WINDOW_COUNT_MAX; windows++) {
            if (!run_windows(liqscope, size, windows, &runs[windows - 1])) {
                return false;
            }
            printf("%d window%s:     resident       %7.0f MB\n", windows, windows > 1 ? "s" : " ",
                   runs[windows - 1].rss_mb);
        }
        double further = WINDOW_COUNT_MAX - 1;
        each_mb[i] = (runs[WINDOW_COUNT_MAX - 1].rss_mb - runs[0].rss_mb) / further;
        beyond_mb[i] = each_mb[i] - runs[WINDOW_COUNT_MAX - 1].field_mb;
    }
    printf("each further window:          %7.0f MB, %.0f MB beyond 2 x 24 bytes a texel (must: "
           "20)\n",
           median(count, each_mb), median(count, beyond_mb));
    return true;
}

int main(int argc, char *argv[]) {
    if (argc == 3 && strcmp(argv[1], "--empty") == 0) {
        return empty_program(argv[2]);
    }
    char *size = argc > 2 ? argv[2] : "1920x1080";
    int count = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 5;
    if (argc < 2 || count < 1 || count > RUN_COUNT_MAX) {
        fprintf(stderr, "usage: bench_start LIQSCOPE [WIDTHxHEIGHT [RUNS]]\n");
        return 2;
    }
    bool seen = getenv("DISPLAY") != NULL || getenv("WAYLAND_DISPLAY") != NULL;
    setenv("SDL_VIDEODRIVER", seen ? "x11" : "offscreen", 0);
    double empty_ms[RUN_COUNT_MAX];
    double first_ms[RUN_COUNT_MAX];
    double full_ms[RUN_COUNT_MAX];
    double rss_mb[RUN_COUNT_MAX];
    double peak_mb[RUN_COUNT_MAX];
    bench_machine_print(stdout);
    for (int i = 0; i < count; i++) {
        struct run run;
        if (!run_program((char *[]){argv[0], "--empty", size, NULL}, false, &run)) {
            fprintf(stderr, "bench_start: the empty program failed\n");
            return 1;
        }
        empty_ms[i] = run.first_ms;
        char *view[] = {argv[1],       "view", "demo",      "--size", size,
                        "--log-level", "info", "--seconds", "60",     NULL};
        if (!run_program(view, true, &run)) {
            fprintf(stderr, "bench_start: %s failed, or its field was not full in 60 s\n", argv[1]);
            return 1;
        }
        first_ms[i] = run.first_ms;
        full_ms[i] = run.full_ms;
        rss_mb[i] = run.rss_mb;
        peak_mb[i] = run.peak_mb;
    }
    printf("start %s, %s, medians of %d runs\n", size, getenv("SDL_VIDEODRIVER"), count);
    printf("empty program: first frame    %7.0f ms after exec\n", median(count, empty_ms));
    printf("view demo:     first frame    %7.0f ms, %+.0f ms\n", median(count, first_ms),
           median(count, first_ms) - median(count, empty_ms));
    printf("               field full     %7.0f ms\n", median(count, full_ms));
    printf("               resident       %7.0f MB %d s later, %.0f MB at most\n",
           median(count, rss_mb), SETTLE_S, median(count, peak_mb));
    if (!print_windows(argv[1], size, count)) {
        fprintf(stderr, "bench_start: %s failed with several windows\n", argv[1]);
        return 1;
    }
    return 0;
}
