/* Pictures of what is seen, and recordings of what arrives. */
#include <inttypes.h>

#include "panel/sections.h"

enum { TEXT_BYTES = 96 };

static void show_recording(const struct panel_recording *recording, struct widget_context *ui) {
    char text[TEXT_BYTES];
    if (!recording->possible) {
        widget_note(ui, "What is live can be recorded; this is a recording.");
        return;
    }
    if (widget_button(ui, "record",
                      recording->running ? "End the recording" : "Record what arrives",
                      gui_width_left(ui->gui))) {
        action_queue_add_action(ui->queue, ACTION_RECORD);
    }
    if (recording->running) {
        str_format(text, sizeof text, "%s: %" PRId64 " events, %" PRId64 " lost", recording->file,
                   recording->events, recording->lost);
        widget_note(ui, text);
    }
}

void section_capture(struct panels *panels, struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    (void)panels;
    if (widget_button(ui, "shot", "Save a picture", gui_width_left(ui->gui))) {
        action_queue_add_action(ui->queue, ACTION_SCREENSHOT);
    }
    widget_note(ui, "A PNG with its caption goes to a file of its own and to the clipboard.");
    if (widget_button(ui, "film", "Begin or end a film", gui_width_left(ui->gui))) {
        action_queue_add_action(ui->queue, ACTION_FILM);
    }
    widget_note(ui, "What the window shows, without panels and own lines; liqscope render films "
                    "recordings frame by frame.");
    show_recording(&model->recording, ui);
}
