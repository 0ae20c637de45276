#version 330 core
// book.frag - order-book texel to a colour that is blended over what lies below.
// book: log2(1 + usd_per_bp / 1000); x = price row, y = time row of the ring;
// lut: amount to colour and opacity, ENTRIES of them;  entry_per_log2, entry_of_zero: its entry,
//   plus a half, of an amount;  per_texel: 1 / size of book;  sharp: pixels a texel, price and
//   time, >= 1: cells stay crisp, their edges one pixel soft;  time_low, time_high: first and last
//   row's middle, in texels.
uniform sampler2D book;
uniform sampler2D lut;
uniform vec2 per_texel;
uniform float time_low, time_high, entry_per_log2, entry_of_zero;
in vec2 texel;
flat in vec2 sharp;
out vec4 color;

const float ENTRIES = 256.0;

void main() {
    vec2 at = texel - 0.5;
    vec2 cell = floor(at);
    at = cell + clamp((at - cell - 0.5) * sharp + 0.5, 0.0, 1.0) + 0.5;
    at.y = clamp(at.y, time_low, time_high);
    float entry = texture(book, at * per_texel).r * entry_per_log2 + entry_of_zero;
    color = texelFetch(lut, ivec2(int(clamp(entry, 0.5, ENTRIES - 0.5)), 0), 0);
}
