/* view/wall.h - what a picture that hangs on a wall for weeks does by the clock: dims at night,
 * moves a little against burn-in, takes turns.
 *
 * Thread: any.  Pure: the time of day and the time that passed are given in. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { WALL_DAY_MINUTES = 24 * 60, WALL_SHIFT_EVERY_S = 180, WALL_FADE_MINUTES = 10 };

/* From a minute of the day, inclusive, to another, exclusive; may pass midnight; equal: never. */
struct wall_hours {
    int from_minute, to_minute;
};
/* "22:00-07:00"; "": never. False: it is neither, and *out is untouched. */
bool wall_hours_parse(const char *text, struct wall_hours *out);
/* How much light there is at a second of the day (0..86399): 1, within the hours least (0..1), and
 * from one to the other over the first and after the last WALL_FADE_MINUTES. */
double wall_light(const struct wall_hours *hours, double least, int second_of_day);

/* Where the picture lies after so many seconds, 0..2 * by pixels each way: along the rows of a
 * square one step each WALL_SHIFT_EVERY_S, there and back, so that it never jumps. by >= 0. */
struct wall_shift {
    int x_px, y_px;
};
struct wall_shift wall_shift_at(int by_px, int64_t seconds);

/* Whose turn it is of count (>= 1) after so many seconds, every_s > 0 each; 0 at first. */
int wall_turn(double seconds, double every_s, int count);
