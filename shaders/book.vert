#version 330 core
// book.vert - the part of the plot that the order book's field covers.  in: gl_VertexID 0..3;
// y_sign: see quad.vert;  price_at, price_span: texel columns at the bottom of the viewport, and
//   over its height;  time_at, time_span: texel rows of the ring at its left, and over its width;
// out: texel, where in the book texture a pixel lies, in texels.
uniform float y_sign, price_at, price_span, time_at, time_span;
out vec2 texel;

void main() {
    vec2 unit = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    texel = vec2(price_at + (1.0 - unit.y) * price_span, time_at + unit.x * time_span);
    gl_Position = vec4(unit.x * 2.0 - 1.0, (1.0 - unit.y * 2.0) * y_sign, 0.0, 1.0);
}
