#version 330 core
// heatmap.frag - density texel to colour.
// density: log2(1 + usd_per_bp / 1000), r long, g short; x = price row, y = time row of the ring;
// lut: brightness to colour, row 0 long, row 1 short (gamma is in it);
// price_at, price_span: rows at the bottom of the viewport, and over its height;
// time_at, time_span: rows since the oldest at its left, and over its width;
// time_count: rows that are valid; oldest: where the oldest lies in the ring; size: texels of the texture;
// sharp: pixels a texel, price and time, >= 1: 1 is plain linear, more keeps cells crisp;
// black, per_range: density that is black, 1 / (white - black).
uniform sampler2D density, lut;
uniform vec2 size, sharp;
uniform float price_at, price_span, time_at, time_span, time_count, oldest, black, per_range;
in vec2 unit;
out vec4 color;

void main() {
    vec2 at = vec2(price_at + (1.0 - unit.y) * price_span, time_at + unit.x * time_span) - 0.5;
    vec2 cell = floor(at);
    at = cell + clamp((at - cell - 0.5) * sharp + 0.5, 0.0, 1.0);
    at.y = clamp(at.y, 0.0, time_count - 1.0) + oldest;  // never blend over the ring's seam
    vec2 both = texture(density, (at + 0.5) / size).rg;
    float brightness = clamp((max(both.r, both.g) - black) * per_range, 0.0, 1.0);
    color = texelFetch(lut, ivec2(int(brightness * 1023.0 + 0.5), both.g > both.r ? 1 : 0), 0);
}
