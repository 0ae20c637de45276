#version 330 core
// heatmap.frag - density texel to colour, plain linear: for texels about as large as a pixel or
//   smaller.
// density: log2(1 + usd_per_bp / 1000), r long, g short; x = price row, y = time row of the ring;
// lut: brightness to colour, row 0 long, row 1 short (gamma is in it);
// per_texel: 1 / size of density;  time_low, time_high: first and last row's middle, in texels;
// black, per_range: density that is black, 1 / (white - black).
uniform sampler2D density, lut;
uniform vec2 per_texel;
uniform float time_low, time_high, black, per_range;
in vec2 texel;
out vec4 color;

void main() {
    // Clamped, so that the newest and the oldest row never blend over the ring's seam.
    vec2 at = vec2(texel.x, clamp(texel.y, time_low, time_high));
    vec2 both = texture(density, at * per_texel).rg;
    float brightness = clamp((max(both.r, both.g) - black) * per_range, 0.0, 1.0);
    color = texelFetch(lut, ivec2(int(brightness * 1023.0 + 0.5), both.g > both.r ? 1 : 0), 0);
}
