/* layer/guides.h - where a television or a player may cut a picture off, and where text is safe.
 *
 * Thread: main, with the GL context current.  The middle 93 % of width and height are safe for
 * action, 90 % for titles (SMPTE ST 2046-1). */
#pragma once

#include "gfx/target.h"

/* Lines around both over what was drawn into target. */
void guides_draw(const struct target *target);
