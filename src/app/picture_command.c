#include "app/picture_command.h"

#include <math.h>
#include <string.h>

#include "app/picture_options.h"
#include "base/clock.h"
#include "base/str.h"

static bool needs_quotes(const char *word) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "-_.,:/=+@%";
    return word[0] == '\0' || word[strspn(word, plain)] != '\0';
}

/* " word", in single quotes where a shell would see more than a word in it. */
static bool add_word(char *out, const char *word) {
    if (!needs_quotes(word)) {
        return str_append(out, PICTURE_COMMAND_BYTES, " %s", word);
    }
    bool fits = str_append(out, PICTURE_COMMAND_BYTES, " '");
    for (const char *c = word; *c != '\0' && fits; c++) {
        fits = *c == '\'' ? str_append(out, PICTURE_COMMAND_BYTES, "'\\''")
                          : str_append(out, PICTURE_COMMAND_BYTES, "%c", *c);
    }
    return fits && str_append(out, PICTURE_COMMAND_BYTES, "'");
}

static bool add_option(char *out, enum option_id id, const char *text) {
    char name[OPTION_NAME_BYTES];
    return str_append(out, PICTURE_COMMAND_BYTES, " --%s", option_name(id, name)) &&
           add_word(out, text);
}

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static bool add_sources(char *out, const struct source_list *sources) {
    char text[INSTRUMENT_SYMBOL_BYTES + 64];
    bool fits = true;
    for (int i = 0; i < sources->count && fits; i++) {
        const struct source_spec *spec = &sources->specs[i];
        if (spec->kind == SOURCE_LIVE) {
            str_format(text, sizeof text, "%s:%s", venue_key(spec->venue), spec->symbol);
            fits = add_word(out, text);
        } else {
            fits = add_word(out, spec->kind == SOURCE_FILE ? last_part(spec->path) : "demo");
        }
    }
    return fits;
}

/* What of the run, not of the picture, decides what there is to see. */
static bool add_run(char *out, const struct picture_command_desc *desc) {
    bool demo = desc->sources->count > 0 && desc->sources->specs[0].kind == SOURCE_DEMO;
    bool fits = true;
    for (int i = 0; i < OPT_COUNT && fits; i++) {
        enum option_id id = (enum option_id)i;
        const struct option_row *row = option_row(id);
        bool of_demo =
            demo && strcmp(row->section, "demo") == 0 && (row->commands & COMMAND_BIT(render)) != 0;
        if (option_given(desc->options, id) && (of_demo || id == OPT_margin_tables)) {
            fits = add_option(out, id, last_part(desc->options->values[i].text));
        }
    }
    return fits;
}

/* The options of the picture that are not at their defaults. */
static bool add_picture(char *out, const struct picture_command_desc *desc) {
    static struct option_table usual, shown; /* tens of kilobytes: not on the stack */
    const struct settings settings = settings_default();
    double usual_span_ms = 0;
    bool fits = true;
    option_table_init(&usual);
    usual_span_ms = (double)option_integer(&usual, OPT_window);
    picture_options_write(&settings, usual_span_ms, &usual);
    option_table_init(&shown);
    picture_options_write(desc->settings, round(desc->span_ms / 1e3) * 1e3, &shown);
    for (int i = 0; i < OPT_COUNT && fits; i++) {
        const char *text = shown.values[i].text;
        if (picture_options_has((enum option_id)i) &&
            (i == OPT_window || strcmp(text, usual.values[i].text) != 0)) {
            fits = add_option(out, (enum option_id)i, text);
        }
    }
    return fits;
}

bool picture_command_write_sources(const struct source_list *sources,
                                   char out[PICTURE_COMMAND_BYTES]) {
    out[0] = '\0';
    bool fits = add_sources(out, sources);
    memmove(out, out + 1, strlen(out)); /* the first blank; without a source the end */
    return fits;
}

bool picture_command_write(const struct picture_command_desc *desc,
                           char out[PICTURE_COMMAND_BYTES]) {
    char at[CLOCK_TEXT_BYTES];
    char size[32];
    bool recorded = desc->sources->count > 0 && desc->sources->specs[0].kind == SOURCE_FILE;
    str_format(out, PICTURE_COMMAND_BYTES, "liqscope %s", recorded ? "render" : "view");
    str_format(size, sizeof size, "%dx%d", desc->width_px, desc->height_px);
    bool fits = add_sources(out, desc->sources) && add_run(out, desc);
    if (recorded && desc->at_ms > 0) {
        fits = fits && add_option(out, OPT_at, clock_format_utc(desc->at_ms, at));
    }
    return fits && add_option(out, OPT_size, size) && add_picture(out, desc);
}
