/* app/desk_icon.h - the icon of the desk's windows.  Thread: main. */
#pragma once

struct desktop;

/* Before the first window is opened. Without memory for it the windows have none. */
void desk_icon_set(struct desktop *desktop);
