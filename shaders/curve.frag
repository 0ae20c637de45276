#version 330 core
// curve.frag - how much of a pixel lies in the span that a curve covers there.
// spans: x pixel along the curve, y its row: low and high edge, pixels across.
uniform sampler2D spans;
noperspective in vec2 way;
noperspective in float spans_row;
noperspective in vec4 rgba;
out vec4 color;

void main() {
    vec2 span = texelFetch(spans, ivec2(int(way.x), int(spans_row)), 0).rg;
    float inside = min(way.y + 0.5, span.y) - max(way.y - 0.5, span.x);
    color = vec4(rgba.rgb, rgba.a * clamp(inside, 0.0, 1.0));
}
