#include "app/desk_record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/desk.h"
#include "app/pipeline_options.h"
#include "app/record_file.h"

enum { PATH_BYTES = DESK_RECORD_PATH_BYTES };

static bool make_folder(bool make, const char *path, char *error) {
    if (!make || mkdir(path, 0755) == 0 || errno == EEXIST) {
        return true;
    }
    str_format(error, OPTION_ERROR_BYTES, "record: %.200s: %s", path, strerror(errno));
    return false;
}

/* $XDG_DATA_HOME/liqscope/liqscope.liq, its folders made or not. */
static bool make_own_path(bool make, char out[PATH_BYTES], char *error) {
    const char *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    char folder[PATH_BYTES] = "";
    bool fits = false;
    if (data != NULL && data[0] == '/') {
        fits = str_copy(folder, sizeof folder, data);
    } else if (home != NULL && home[0] == '/') {
        fits = str_format(folder, sizeof folder, "%s/.local", home) &&
               make_folder(make, folder, error) && str_append(folder, sizeof folder, "/share");
    } else {
        str_copy(error, OPTION_ERROR_BYTES,
                 "record: neither XDG_DATA_HOME nor HOME is set; say where with --record-file");
        return false;
    }
    return fits && make_folder(make, folder, error) &&
           str_append(folder, sizeof folder, "/liqscope") && make_folder(make, folder, error) &&
           str_format(out, PATH_BYTES, "%s/liqscope.liq", folder);
}

/* Where to, with "~/" as the home folder. */
static bool find_path(const struct desk *desk, const char *file, bool make, char out[PATH_BYTES],
                      char *error) {
    const char *named = file[0] != '\0' ? file : option_text(&desk->options, OPT_record_file);
    const char *home = getenv("HOME");
    if (named[0] == '\0') {
        return make_own_path(make, out, error);
    }
    if (!str_ends_with(named, ".liq")) {
        str_format(error, OPTION_ERROR_BYTES,
                   "record: \"%.200s\": expected the name of a recording (.liq)", named);
        return false;
    }
    const bool fits = strncmp(named, "~/", 2) == 0 && home != NULL
                          ? str_format(out, PATH_BYTES, "%s%s", home, named + 1)
                          : str_copy(out, PATH_BYTES, named);
    if (!fits) {
        str_copy(error, OPTION_ERROR_BYTES, "record: too long a name");
    }
    return fits;
}

bool desk_record_find(const struct desk *desk, char out[DESK_RECORD_PATH_BYTES]) {
    char error[OPTION_ERROR_BYTES];
    return find_path(desk, "", false, out, error);
}

/* What is recorded of the venues themselves is not put before what another server tells, but where
 * the recording is named. */
bool desk_record_resumes(const struct desk *desk) {
    const struct option_table *options = &desk->options;
    return desk->sources.specs[0].kind == SOURCE_LIVE && option_flag(options, OPT_record_resume) &&
           (!pipeline_options_own_url(options) || option_text(options, OPT_record_file)[0] != '\0');
}

static bool begin(struct desk *desk, const char *file, char *error) {
    const struct option_table *options = &desk->options;
    char path[PATH_BYTES], reason[RECORDER_REASON_BYTES];
    if (desk->source.recorder == NULL) {
        str_copy(error, OPTION_ERROR_BYTES,
                 "record: this is a recording already; what is live can be recorded");
        return false;
    }
    if (!find_path(desk, file, true, path, error)) {
        return false;
    }
    const bool named = file[0] != '\0'; /* now: that file, however long it gets */
    const struct recorder_file what = record_file_make(options, path, !named);
    if (recorder_start(desk->source.recorder, &what, reason) != STATUS_OK) {
        str_format(error, OPTION_ERROR_BYTES, "record: %s", reason);
        return false;
    }
    desk->recording = true;
    desk_tell(desk, "recording into %s", recorder_get_stats(desk->source.recorder).path);
    return true;
}

static bool end(struct desk *desk, char *error) {
    char reason[RECORDER_REASON_BYTES];
    const bool whole = recorder_stop(desk->source.recorder, reason);
    const struct recorder_stats stats = recorder_get_stats(desk->source.recorder);
    desk->recording = false;
    if (!whole) {
        str_format(error, OPTION_ERROR_BYTES, "record: %s", reason);
        return false;
    }
    desk_tell(desk, "recorded %" PRId64 " events, %" PRId64 " lost: %s", stats.slots, stats.lost,
              stats.path);
    return true;
}

enum exit_status desk_record_open(struct desk *desk) {
    char error[OPTION_ERROR_BYTES];
    if (!option_flag(&desk->options, OPT_record) || begin(desk, "", error)) {
        return EXIT_STATUS_DONE;
    }
    return (enum exit_status)app_fail(EXIT_STATUS_FAILED, "view", "%s", error);
}

bool desk_record_toggle(struct desk *desk, const char *file, char error[OPTION_ERROR_BYTES]) {
    return desk->recording ? end(desk, error) : begin(desk, file, error);
}

void desk_record_advance(struct desk *desk) {
    char error[OPTION_ERROR_BYTES];
    if (desk->recording && !recorder_get_stats(desk->source.recorder).running &&
        !end(desk, error)) {
        desk_notify(desk, "%s", error);
    }
}
