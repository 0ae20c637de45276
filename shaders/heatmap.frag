#version 330 core
// heatmap.frag - density texel to colour, plain linear: for texels about as large as a pixel or
//   smaller.
// density: see common/field_color.glsl; x = price row, y = time row of the ring;
// per_texel: 1 / size of density;  time_low, time_high: first and last row's middle, in texels.
uniform sampler2D density;
uniform vec2 per_texel;
uniform float time_low, time_high;
in vec2 texel;
out vec4 color;

#include "common/field_color.glsl"

void main() {
    // Clamped, so that the newest and the oldest row never blend over the ring's seam.
    vec2 at = vec2(texel.x, clamp(texel.y, time_low, time_high));
    color = field_color(texture(density, at * per_texel).rg);
}
