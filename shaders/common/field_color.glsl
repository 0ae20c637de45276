// field_color.glsl - colour of a density texel.  at: r log2(1 + usd_per_bp / 1000), g side and
//   certainty (layer/field.h);
// lut: brightness to colour, ENTRIES a row, LEVELS rows of rising certainty for longs, then for
//   shorts (gamma is in it);
// entry_per_log2, entry_of_zero: the table's entry, plus a half, of density r;
// stripe: from the vertex shader; between two stripes everything counts as certain.
uniform sampler2D lut;
uniform float entry_per_log2, entry_of_zero;
in float stripe;

const float ENTRIES = 1024.0;
const float LEVELS = 16.0;
const float SIDE_LEAST = 0.25;
const float LEVEL_PER_G = (LEVELS - 1.0) / (1.0 - SIDE_LEAST);
const float LEVEL_OF_ZERO = 0.5 - SIDE_LEAST * LEVEL_PER_G;

vec4 field_color(vec2 at) {
    float entry = clamp(at.r * entry_per_log2 + entry_of_zero, 0.5, ENTRIES - 0.5);
    float level = clamp(abs(at.g) * LEVEL_PER_G + LEVEL_OF_ZERO, 0.5, LEVELS - 0.5);
    level = fract(stripe) < 0.5 ? level : LEVELS - 0.5;
    return texelFetch(lut, ivec2(int(entry), int(at.g > 0.0 ? level + LEVELS : level)), 0);
}
