/* gfx/offscreen.h - a GL 3.3 core context and a framebuffer without a window, an X server or a GPU
 * (EGL).
 *
 * Thread: main; the context is current on the thread that created it.  Owner: render, tests,
 * benches. Limits: OFFSCREEN_SIZE_MAX pixels a side.  Rows are kept top down, so reading back needs
 * no flip.
 *
 * A picture that is larger than the driver's textures is drawn in tiles, one after the other into
 * the same texture: each tile is a target of the whole picture's size of which only a part is
 * there. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "gfx/caps.h"
#include "gfx/target.h"

enum { OFFSCREEN_SIZE_MAX = 16384 };

struct offscreen;

/* Make the context current, load GL, make the framebuffer (RGBA8). STATUS_RANGE: size;
 * STATUS_UNSUPPORTED: no EGL display gives GL 3.3 core (reason logged); STATUS_MEMORY. *out is NULL
 * unless STATUS_OK. */
enum status offscreen_create(int width_px, int height_px, struct offscreen **out);
/* The same of tiles of at most tile_px a side (0: of what the driver's textures allow, which is the
 * most in any case). */
enum status offscreen_create_tiled(int width_px, int height_px, int tile_px,
                                   struct offscreen **out);
void offscreen_destroy(
    struct offscreen *offscreen); /* NULL accepted; after everything made in it */

struct target offscreen_target(const struct offscreen *offscreen); /* of one that has one tile */
int offscreen_tile_count(const struct offscreen *offscreen);       /* >= 1 */
struct target offscreen_tile(const struct offscreen *offscreen, int tile);
const struct caps *offscreen_caps(const struct offscreen *offscreen); /* borrowed, lives as long */
/* Another framebuffer size; contents undefined until drawn. STATUS_RANGE or STATUS_MEMORY: the old
 * one stays. */
enum status offscreen_resize(struct offscreen *offscreen, int width_px, int height_px);

/* Wait for drawing and copy the picture: RGBA8, rows top down, 4 x width bytes a row.
 * out holds at least width x height x 4 bytes (asserted). */
void offscreen_read_rgba(struct offscreen *offscreen, size_t out_bytes, uint8_t *out);
/* What was drawn into this tile, to its place in the whole picture's out. */
void offscreen_read_tile(struct offscreen *offscreen, int tile, size_t out_bytes, uint8_t *out);
