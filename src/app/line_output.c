#include "app/line_output.h"

#include <string.h>
#include <sys/stat.h>

#include "base/str.h"

/* A device or a named pipe takes lines under any name. */
static bool is_stream(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

static bool is_lines(const char *path) {
    return path[0] == '\0' || strcmp(path, "-") == 0 || str_ends_with(path, ".jsonl") ||
           str_ends_with(path, ".gz") || str_ends_with(path, ".zst") || is_stream(path);
}

bool line_output_is_csv(const char *path) {
    return str_ends_with(path, ".csv") || str_ends_with(path, ".csv.gz") ||
           str_ends_with(path, ".csv.zst");
}

int line_output_open(const struct app_options *options, const char *command, bool csv,
                     struct line_writer **writer) {
    const char *path = option_text(&options->table, OPT_output);
    char reason[LINE_WRITER_REASON_BYTES];
    enum status why = STATUS_OK;
    if (str_ends_with(path, ".liq")) {
        return app_fail(EXIT_STATUS_USAGE, command,
                        "-o %s: lines are no recording; expected .jsonl, .gz or .zst, and liqscope "
                        "import makes one of them",
                        path);
    }
    if (!csv && line_output_is_csv(path)) {
        return app_fail(EXIT_STATUS_USAGE, command,
                        "-o %s: expected .jsonl, .gz or .zst; liqscope export makes CSV of them",
                        path);
    }
    if (!is_lines(path) && !(csv && line_output_is_csv(path))) {
        return app_fail(EXIT_STATUS_USAGE, command, "-o %s: expected .jsonl, .gz or .zst%s", path,
                        csv ? ", or .csv" : "");
    }
    *writer = line_writer_open(path[0] != '\0' ? path : "-", &why, reason);
    return *writer != NULL ? EXIT_STATUS_DONE : app_fail(EXIT_STATUS_FAILED, command, "%s", reason);
}
