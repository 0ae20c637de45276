#version 330 core
// compose.frag - bands and sides of the field to one density texel.
// layers: three slices of four channels, unit 65,536 USD per bp (channel = side x 6 + band);
// weights_long, weights_short: what each channel of a slice adds to each side, 0..1;
// mix_of: x the texel of the first price; y and z 1: longs, shorts count; w 1: the smaller side is
//   taken off the larger one;
// certainty: 0 prior .. 1 calibrated;
// out: r log2(1 + usd_per_bp / 1000) of the larger side, g which it is and how certain (layer/
//   field.h).  Texel of the same place; one more column at either end than layers.
uniform sampler2DArray layers;
uniform sampler2D certainty;
uniform vec4 weights_0, weights_1_long, weights_1_short, weights_2;
flat in vec4 mix_of;
out vec4 density;

const float UNITS_PER_KUSD = 65.536;
const float SIDE_LEAST = 0.25;
const float GREY_UNTIL = 0.1, COLOR_FROM = 0.7; // colormap_shown_certainty

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    // Beyond the first and the last price they are there again.
    at.x = clamp(at.x - int(mix_of.x), 0, textureSize(layers, 0).x - 1);
    vec4 slice_0 = texelFetch(layers, ivec3(at, 0), 0);
    vec4 slice_1 = texelFetch(layers, ivec3(at, 1), 0);
    vec4 slice_2 = texelFetch(layers, ivec3(at, 2), 0);
    float usd_long = (dot(slice_0, weights_0) + dot(slice_1, weights_1_long)) * mix_of.y;
    float usd_short = (dot(slice_1, weights_1_short) + dot(slice_2, weights_2)) * mix_of.z;
    float shown = smoothstep(GREY_UNTIL, COLOR_FROM, texelFetch(certainty, at, 0).r);
    float sure = SIDE_LEAST + (1.0 - SIDE_LEAST) * shown;
    float side = usd_short > usd_long ? 1.0 : (usd_long > 0.0 ? -1.0 : 0.0);
    float usd = max(usd_long, usd_short) - mix_of.w * min(usd_long, usd_short);
    density = vec4(log2(1.0 + UNITS_PER_KUSD * usd), side * sure, 0.0, 1.0);
}
