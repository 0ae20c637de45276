/* tests/fuzz/fuzz_config.c - the configuration file and the command line, fed with a stranger's
 * bytes. The first byte chooses: even, the bytes are a file; odd, they are arguments separated by
 * newlines; both are read as a layout, too, a file's and a command line's. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "config/cli.h"
#include "config/config_file.h"
#include "config/desk_layout.h"

enum { FUZZ_ARG_MAX = 24 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct option_table table;

static void check_line(void *user, const char *line) {
    (void)user;
    assert(strlen(line) > 0);
    for (const char *c = line; *c != '\0'; c++) {
        assert((unsigned char)*c >= ' '); /* nothing a terminal would act upon */
    }
}

/* Refuses every other entry, with a stranger's bytes in its reason. */
static bool check_entry(void *user, const struct config_entry *entry,
                        char error[OPTION_ERROR_BYTES]) {
    (void)user;
    assert(entry->line > 0);
    assert(strlen(entry->name) <= CONFIG_LINE_BYTES_MAX);
    str_format(error, OPTION_ERROR_BYTES, "%s %s %s", entry->argument, entry->name, entry->value);
    return entry->line % 2 == 0;
}

static void fuzz_arguments(char *text) {
    char *argv[FUZZ_ARG_MAX] = {"liqscope"};
    int argc = 1;
    while (argc < FUZZ_ARG_MAX) {
        argv[argc++] = text;
        text += strcspn(text, "\n");
        if (*text == '\0') {
            break;
        }
        *text++ = '\0';
    }
    struct cli cli;
    const char *config_path = NULL;
    char error[OPTION_ERROR_BYTES] = "";
    bool first = cli_parse(argc, argv, &cli, NULL, &config_path, error);
    bool second = cli_parse(argc, argv, &cli, &table, &config_path, error);
    assert(first || !second);
    assert(second || error[0] != '\0');
}

static struct desk_layout layout;

static bool take_layout(void *user, const struct config_entry *entry,
                        char error[OPTION_ERROR_BYTES]) {
    (void)user;
    error[0] = '\0';
    bool taken = desk_layout_take(&layout, entry, error);
    assert(taken || error[0] != '\0');
    return taken;
}

/* What was read is written, and read back the same. */
static void check_layout(void) {
    static char text[LAYOUT_FILE_BYTES], again[LAYOUT_FILE_BYTES];
    const struct config_report report = {.on_error = NULL, .on_entry = take_layout};
    assert(layout.window_count <= LAYOUT_WINDOW_MAX);
    size_t written = desk_layout_write(&layout, text, sizeof text);
    if (written == 0 || strpbrk(text, "\r") != NULL) {
        return;
    }
    memset(&layout, 0, sizeof layout);
    (void)config_file_parse("again.conf", text, written, &table, &report);
    (void)desk_layout_write(&layout, again, sizeof again);
    assert(strlen(again) <= written);
}

static void fuzz_layout(const char *text, size_t len, bool file) {
    const struct config_report report = {.on_error = check_line, .on_entry = take_layout};
    char error[OPTION_ERROR_BYTES] = "";
    memset(&layout, 0, sizeof layout);
    if (file) {
        (void)config_file_parse("fuzz.conf", text, len, &table, &report);
    } else {
        bool good = desk_layout_add_text(&layout, text, error);
        assert(good || error[0] != '\0');
    }
    check_layout();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    const struct config_report report = {.on_error = check_line, .on_entry = check_entry};
    option_table_init(&table);
    if (len == 0) {
        return 0;
    }
    char *text = malloc(len);
    if (text == NULL) {
        return 0;
    }
    memcpy(text, bytes + 1, len - 1);
    text[len - 1] = '\0';
    fuzz_layout(text, len - 1, bytes[0] % 2 == 0);
    if (bytes[0] % 2 == 0) {
        config_file_parse("fuzz.conf", text, len - 1, &table, &report);
    } else {
        fuzz_arguments(text);
    }
    free(text);
    return 0;
}
