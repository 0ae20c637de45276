#version 330 core
// curve.frag - how much of a pixel lies in the spans that a curve and its halo cover there.
// spans: x pixel along the curve, y its row: low and high edge of the line, pixels across, then
//   those of the halo beneath it.  out: multiplied by its alpha.
uniform sampler2D spans;
noperspective in vec2 way;
noperspective in float spans_row;
noperspective in vec4 rgba, halo_rgba;
out vec4 color;

void main() {
    vec4 span = texelFetch(spans, ivec2(int(way.x), int(spans_row)), 0);
    vec2 inside = min(way.yy + 0.5, span.yw) - max(way.yy - 0.5, span.xz);
    vec2 alpha = clamp(inside, 0.0, 1.0) * vec2(rgba.a, halo_rgba.a);
    alpha.y *= 1.0 - alpha.x;
    color = vec4(rgba.rgb * alpha.x + halo_rgba.rgb * alpha.y, alpha.x + alpha.y);
}
