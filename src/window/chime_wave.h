/* window/chime_wave.h - the sounds of alerts as samples, made here: no recordings.
 *
 * Thread: any; pure.  Limit: CHIME_WAVE_SECONDS_MAX. */
#pragma once

#include <stddef.h>

#include "view/chime.h"

enum { CHIME_WAVE_HZ = 48000, CHIME_WAVE_SECONDS_MAX = 2 };
enum { CHIME_WAVE_SAMPLE_MAX = CHIME_WAVE_HZ * CHIME_WAVE_SECONDS_MAX };
/* The loudest sample of every chime: all are equally loud, none is clipped. */
#define CHIME_WAVE_PEAK 0.8f

/* One channel of CHIME_WAVE_HZ; begins and ends in silence. How many samples; 0 of CHIME_NONE. */
size_t chime_wave_make(enum chime chime, float out[CHIME_WAVE_SAMPLE_MAX]);
