/* bench_idle - CPU of a window in which nothing happens, and of one with a market in it.
 *
 *   bench_idle LIQSCOPE [WIDTHxHEIGHT [RECORDING]]
 *       default 1920x1080 tests/data/binance_usdm/session.jsonl, from the repository's root
 *
 * Runs `LIQSCOPE view RECORDING --speed 0`, which has been read to its end within a moment, for a
 * short while and for a longer one: what the longer one took more, over the seconds it lasted
 * longer, is what waiting costs, all threads and software GL's with them; start and the frames of
 * the beginning are in both. Then `view demo` the same way, which draws at least once a second of
 * its market. On the display of the environment or, without one, SDL's off-screen driver.
 * performance.md B13: idle < 2 % of a core at 1080p; a market at one step a second < 25 %. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "support/bench_machine.h"

enum { SHORT_S = 10, LONG_S = 30, ARGUMENTS_MAX = 12 };

static double seconds_of(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

static double children_cpu_s(void) {
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

/* CPU time of argv, which ends by itself; what it writes is dropped. Negative: it failed. */
static double run_cpu_s(char *const argv[]) {
    double before_s = children_cpu_s();
    pid_t pid = fork();
    if (pid == 0) {
        int nothing = open("/dev/null", O_WRONLY);
        dup2(nothing, STDOUT_FILENO);
        dup2(nothing, STDERR_FILENO);
        execv(argv[0], argv);
        _exit(127);
    }
    int status = 0;
    bool good =
        pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return good ? children_cpu_s() - before_s : -1;
}

/* Per cent of a core that `LIQSCOPE view SOURCE` takes once it has begun. Negative: it failed. */
static double measure_percent(char *liqscope, char *source, char *size, const char *name) {
    static const int lengths_s[2] = {SHORT_S, LONG_S};
    double cpu_s[2];
    for (int i = 0; i < 2; i++) {
        char seconds[16];
        str_format(seconds, sizeof seconds, "%d", lengths_s[i]);
        char *argv[ARGUMENTS_MAX] = {liqscope,  "view", source,      "--size", size,
                                     "--speed", "0",    "--seconds", seconds,  NULL};
        cpu_s[i] = run_cpu_s(argv);
        if (cpu_s[i] < 0) {
            fprintf(stderr, "bench_idle: %s view %s failed\n", liqscope, source);
            return -1;
        }
    }
    double percent = (cpu_s[1] - cpu_s[0]) / (LONG_S - SHORT_S) * 100;
    printf("%-8s %6.2f s of CPU in %d s, %6.2f s in %d s: %6.2f %% of a core\n", name, cpu_s[0],
           SHORT_S, cpu_s[1], LONG_S, percent);
    return percent;
}

int main(int argc, char *argv[]) {
    if (argc < 2) {
        fprintf(stderr, "usage: bench_idle LIQSCOPE [WIDTHxHEIGHT [RECORDING]]\n");
        return 2;
    }
    char *size = argc > 2 ? argv[2] : "1920x1080";
    char *recording = argc > 3 ? argv[3] : "tests/data/binance_usdm/session.jsonl";
    bool seen = getenv("DISPLAY") != NULL || getenv("WAYLAND_DISPLAY") != NULL;
    setenv("SDL_VIDEODRIVER", seen ? "x11" : "offscreen", 0);
    bench_machine_print(stdout);
    printf("view %s, %s\n", size, getenv("SDL_VIDEODRIVER"));
    double idle = measure_percent(argv[1], recording, size, "idle");
    double market = idle < 0 ? -1 : measure_percent(argv[1], "demo", size, "market");
    if (market < 0) {
        return 1;
    }
    printf("idle / 2 %%  %.2f   market / 25 %%  %.2f\n", idle / 2, market / 25);
    return 0;
}
