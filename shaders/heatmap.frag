#version 330 core
// heatmap.frag - density texel to colour, plain linear and without stripes: for texels about as
//   large as a pixel or smaller.
// density: see common/field_color.glsl; x = price row, y = time row of the ring;
// place: where in it, 0..1;  time_ends: first and last row's middle.
uniform sampler2D density;
in vec2 place;
flat in vec2 time_ends;
out vec4 color;

#include "common/field_color.glsl"

void main() {
    // Clamped, so that the newest and the oldest row never blend over the ring's seam.
    vec2 at = vec2(place.x, clamp(place.y, time_ends.x, time_ends.y));
    color = field_color(texture(density, at).rg);
}
