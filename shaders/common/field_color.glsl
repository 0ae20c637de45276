// field_color.glsl - colour of a density texel.  at: r log2(1 + usd_per_bp / 1000), g side and
//   certainty (layer/field.h);
// lut: x brightness (gamma is in it), clamped; y g from -1, certain longs, to 1, certain shorts, in
//   ROWS steps (layer/heatmap.h), so that neither is to be cut off or told apart here;
// x_per_log2, x_of_zero: where in lut a density r lies, 0..1.
uniform sampler2D lut;
uniform float x_per_log2, x_of_zero;

const float ROWS = 80.0;
const float Y_OF_ZERO = 0.5 - 0.0001 / ROWS; // nothing stands with the longs

vec4 field_color(vec2 at) {
    return texture(lut, vec2(at.r * x_per_log2 + x_of_zero, at.g * 0.5 + Y_OF_ZERO));
}
