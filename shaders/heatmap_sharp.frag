#version 330 core
// heatmap_sharp.frag - as heatmap.frag, for texels of several pixels: cells stay crisp, their
//   edges one pixel soft.
// sharp: pixels a texel, price and time, >= 1.
uniform sampler2D density;
uniform vec2 per_texel;
uniform float time_low, time_high;
in vec2 texel;
flat in vec2 sharp;
out vec4 color;

#include "common/field_color.glsl"

void main() {
    vec2 at = texel - 0.5;
    vec2 cell = floor(at);
    at = cell + clamp((at - cell - 0.5) * sharp + 0.5, 0.0, 1.0) + 0.5;
    at.y = clamp(at.y, time_low, time_high);
    color = field_color(texture(density, at * per_texel).rg);
}
