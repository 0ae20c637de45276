#version 330 core
// heatmap_sharp.frag - as heatmap.frag, for texels of several pixels: cells stay crisp, their
//   edges one pixel soft; and for stripes, with texels of any size.
// per_texel: 1 / size of density;  time_low, time_high: first and last row's middle, in texels;
// texel: where in it, in texels;
// sharp: pixels a texel, price and time, >= 1; 1: plain linear;
// stripe: from the vertex shader; between two stripes everything counts as certain.
uniform sampler2D density;
uniform vec2 per_texel;
uniform float time_low, time_high;
in vec2 texel;
in float stripe;
flat in vec2 sharp;
out vec4 color;

#include "common/field_color.glsl"

const float CERTAIN = 1e6;

void main() {
    vec2 at = texel - 0.5;
    vec2 cell = floor(at);
    at = cell + clamp((at - cell - 0.5) * sharp + 0.5, 0.0, 1.0) + 0.5;
    at.y = clamp(at.y, time_low, time_high);
    vec2 found = texture(density, at * per_texel).rg;
    found.g *= fract(stripe) < 0.5 ? 1.0 : CERTAIN;
    color = field_color(found);
}
