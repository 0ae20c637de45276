/* window/sound.h - chimes on the audio device, where there is one.
 *
 * Thread: created and destroyed on main; played on one other thread, on which opening the device
 * may take its time.  Owner: app/desk_alerts, which outlives that thread.  The device is open only
 * while something sounds.  No device is no failure: it is told once, and tried again with the next
 * chime. Limit: SOUND_QUEUE_SECONDS of chimes behind each other; a further one is left out. */
#pragma once

#include <stdbool.h>

#include "view/chime.h"

enum { SOUND_QUEUE_SECONDS = 5 };

struct sound;
struct sound *sound_create(void);        /* NULL: out of memory */
void sound_destroy(struct sound *sound); /* NULL accepted */

/* volume: 0..1 */
void sound_play(struct sound *sound, enum chime chime, double volume);
/* Close the device once all has been heard; call now and then after a play. True: not yet. */
bool sound_rest(struct sound *sound);
