#version 330 core
// compose.frag - bands and sides of the field to one density texel.
// layers: three slices of four channels, unit 65,536 USD per bp (channel = side x 6 + band);
// weights_long, weights_short: what each channel of a slice adds to each side, 0..1;
// out: log2(1 + usd_per_bp / 1000), r long, g short.  Texel of the same place, rows by scissor.
uniform sampler2DArray layers;
uniform vec4 weights_0, weights_1_long, weights_1_short, weights_2;
out vec4 density;

const float UNITS_PER_KUSD = 65.536;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec4 slice_0 = texelFetch(layers, ivec3(at, 0), 0);
    vec4 slice_1 = texelFetch(layers, ivec3(at, 1), 0);
    vec4 slice_2 = texelFetch(layers, ivec3(at, 2), 0);
    float usd_long = dot(slice_0, weights_0) + dot(slice_1, weights_1_long);
    float usd_short = dot(slice_1, weights_1_short) + dot(slice_2, weights_2);
    density = vec4(log2(1.0 + UNITS_PER_KUSD * vec2(usd_long, usd_short)), 0.0, 1.0);
}
