#include "record/screenshot_name.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"

#define KNOWN_FIELDS     "IVwdtn%"
#define ENDING           ".png"
#define RECORDING_ENDING ".liq" /* of what is kept beside screenshots, and named as they are */

bool screenshot_template_check(const char *name, const char **wrong) {
    *wrong = name;
    if (name[0] == '\0' || str_ends_with(name, "/")) {
        return false;
    }
    for (const char *at = strchr(name, '%'); at != NULL; at = strchr(at + 2, '%')) {
        if (at[1] == '\0' || strchr(KNOWN_FIELDS, at[1]) == NULL) {
            *wrong = at;
            return false;
        }
    }
    *wrong = NULL;
    return true;
}

/* -- patterns: '%' is only in "%%" and "%n" -- */

static bool add_char(char *out, char c) {
    return str_append(out, SCREENSHOT_PATH_BYTES, "%s%c", c == '%' ? "%" : "", c);
}

static bool add_plain(char *out, const char *text) {
    bool fits = true;
    for (const char *c = text; *c != '\0' && fits; c++) {
        fits = add_char(out, *c);
    }
    return fits;
}

/* Slashes would make folders; the others are what other systems' file names refuse. */
static bool add_field(char *out, const char *text) {
    bool fits = true;
    for (const char *c = text != NULL ? text : ""; *c != '\0' && fits; c++) {
        bool bad = (unsigned char)*c <= ' ' || strchr("/\\:*?\"<>|\x7f", *c) != NULL;
        fits = add_char(out, bad ? '-' : *c);
    }
    return fits;
}

static const char *field_of(const struct screenshot_fields *fields, char letter) {
    switch (letter) {
    case 'I':
        return fields->instrument;
    case 'V':
        return fields->venue;
    case 'w':
        return fields->window;
    case 'd':
        return fields->date;
    case 't':
        return fields->time;
    default:
        return "";
    }
}

/* What stands before the name: home for "~/", the folder for what is relative. Returns the rest. */
static const char *add_folder(char *out, const char *name, const char *folder, bool *fits) {
    const char *home = getenv("HOME");
    if (name[0] == '~' && name[1] == '/' && home != NULL) {
        *fits = add_plain(out, home);
        return name + 1;
    }
    if (name[0] != '/' && folder[0] != '\0' && strcmp(folder, ".") != 0) {
        *fits = add_plain(out, folder) && add_char(out, '/');
    }
    return name;
}

bool screenshot_pattern_make(const char *name, const struct screenshot_fields *fields,
                             const char *folder, char out[SCREENSHOT_PATH_BYTES]) {
    bool fits = true;
    out[0] = '\0';
    name = add_folder(out, name, folder, &fits);
    for (const char *c = name; *c != '\0' && fits; c++) {
        if (*c != '%') {
            fits = add_char(out, *c);
        } else if (c[1] == 'n') {
            fits = str_append(out, SCREENSHOT_PATH_BYTES, "%%n");
            c++;
        } else {
            fits = c[1] == '%' ? add_char(out, '%') : add_field(out, field_of(fields, c[1]));
            c++;
        }
    }
    return fits;
}

bool screenshot_pattern_make_plain(const char *name, char out[SCREENSHOT_PATH_BYTES]) {
    bool fits = true;
    out[0] = '\0';
    name = add_folder(out, name, "", &fits);
    return fits && add_plain(out, name);
}

bool screenshot_pattern_path(const char *pattern, int number, char out[SCREENSHOT_PATH_BYTES]) {
    bool fits = true;
    bool numbered = false;
    out[0] = '\0';
    for (const char *c = pattern; *c != '\0' && fits; c++) {
        bool field = *c == '%';
        c += field ? 1 : 0;
        if (field && *c == 'n') {
            numbered = true;
            fits = str_append(out, SCREENSHOT_PATH_BYTES, "%03d", number);
        } else {
            fits = str_append(out, SCREENSHOT_PATH_BYTES, "%c", *c);
        }
    }
    const char *ending = str_ends_with(out, RECORDING_ENDING) ? RECORDING_ENDING : ENDING;
    size_t len = strlen(out);
    if (str_ends_with(out, ending)) {
        out[len - strlen(ending)] = '\0';
    }
    if (!numbered && number > 1) {
        fits = fits && str_append(out, SCREENSHOT_PATH_BYTES, "-%d", number);
    }
    return fits && str_append(out, SCREENSHOT_PATH_BYTES, "%s", ending);
}

/* -- files -- */

static void make_folders(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0777); /* what is there already, or cannot be, shows at the file */
        *slash = '/';
    }
}

enum status screenshot_pattern_create(const char *pattern, char path[SCREENSHOT_PATH_BYTES],
                                      int *fd) {
    *fd = -1;
    for (int number = 1; number <= SCREENSHOT_NUMBER_MAX; number++) {
        if (!screenshot_pattern_path(pattern, number, path)) {
            return STATUS_RANGE;
        }
        if (number == 1) {
            make_folders(path);
        }
        *fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (*fd >= 0) {
            return STATUS_OK;
        }
        if (errno != EEXIST) {
            return STATUS_IO;
        }
    }
    return STATUS_FULL;
}

static bool is_folder(const char *path) {
    struct stat what;
    return path[0] == '/' && stat(path, &what) == 0 && S_ISDIR(what.st_mode);
}

/* XDG_PICTURES_DIR="$HOME/Bilder", a line of ~/.config/user-dirs.dirs. False: no such line, or none
 * of that form. */
static bool read_user_dirs(const char *home, char out[SCREENSHOT_PATH_BYTES]) {
    static const char key[] = "XDG_PICTURES_DIR=\"";
    char line[SCREENSHOT_PATH_BYTES];
    char path[SCREENSHOT_PATH_BYTES];
    bool found = false;
    const char *config = getenv("XDG_CONFIG_HOME");
    bool own = config != NULL && config[0] == '/';
    if (!str_format(path, sizeof path, "%s%s/user-dirs.dirs", own ? config : home,
                    own ? "" : "/.config")) {
        return false;
    }
    FILE *file = fopen(path, "r");
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        const char *value = strncmp(line, key, sizeof key - 1) == 0 ? line + sizeof key - 1 : NULL;
        char *quote = value != NULL ? strchr(value, '"') : NULL;
        if (quote == NULL) {
            continue;
        }
        *quote = '\0';
        bool below_home = strncmp(value, "$HOME", 5) == 0;
        found = str_format(out, SCREENSHOT_PATH_BYTES, "%s%s", below_home ? home : "",
                           below_home ? value + 5 : value);
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

void screenshot_folder(char out[SCREENSHOT_PATH_BYTES]) {
    const char *pictures = getenv("XDG_PICTURES_DIR");
    const char *home = getenv("HOME");
    home = home != NULL && home[0] == '/' ? home : "";
    bool found =
        pictures != NULL && is_folder(pictures) && str_copy(out, SCREENSHOT_PATH_BYTES, pictures);
    found = found || (home[0] != '\0' && read_user_dirs(home, out) && is_folder(out));
    found =
        found || (str_format(out, SCREENSHOT_PATH_BYTES, "%s/Pictures", home) && is_folder(out));
    if (!found) {
        str_copy(out, SCREENSHOT_PATH_BYTES, ".");
    }
}
