// field_color.glsl - colour of a density texel.  at: r log2(1 + usd_per_bp / 1000), g side and
//   certainty (layer/field.h);
// lut: brightness to colour, LEVELS rows of rising certainty for longs, then for shorts (gamma is
//   in it);
// black, per_range: density that is black, 1 / (white - black);
// stripes: stripes a pixel, x and y; between two stripes everything counts as certain; 0: none.
uniform sampler2D lut;
uniform vec2 stripes;
uniform float black, per_range;

const float SIDE_LEAST = 0.25;
const float LEVELS = 16.0;

vec4 field_color(vec2 at) {
    float brightness = clamp((at.r - black) * per_range, 0.0, 1.0);
    float sure = clamp((abs(at.g) - SIDE_LEAST) / (1.0 - SIDE_LEAST), 0.0, 1.0);
    sure = fract(dot(gl_FragCoord.xy, stripes)) < 0.5 ? sure : 1.0;
    float row = sure * (LEVELS - 1.0) + (at.g > 0.0 ? LEVELS : 0.0) + 0.5;
    return texelFetch(lut, ivec2(int(brightness * 1023.0 + 0.5), int(row)), 0);
}
