/* Pictures of what is seen. */
#include "panel/sections.h"

void section_capture(struct panels *panels, struct widget_context *ui) {
    (void)panels;
    if (widget_button(ui, "shot", "Save a picture", gui_width_left(ui->gui))) {
        action_queue_add_action(ui->queue, ACTION_SCREENSHOT);
    }
    widget_note(ui, "A PNG with its caption goes to a file of its own and to the clipboard. Films "
                    "are made by liqscope render.");
}
