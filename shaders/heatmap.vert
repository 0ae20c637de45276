#version 330 core
// heatmap.vert - the part of the plot that the field covers.  in: gl_VertexID 0..3;  y_sign: see
//   quad.vert;
// price_at, price_span: texel columns at the bottom of the viewport, and over its height;
// time_at, time_span: texel rows of the ring at its left, and over its width;
// stripe_at, stripe_span: stripes at the viewport's top left corner, and over its width and height;
//   0: none.  Here, because in the fragment shader they would cost a tenth of the pass;
// out: texel, where in the density texture a pixel lies, in texels.
uniform float y_sign, price_at, price_span, time_at, time_span, stripe_at;
uniform vec2 stripe_span;
out vec2 texel;
out float stripe;

void main() {
    vec2 unit = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    texel = vec2(price_at + (1.0 - unit.y) * price_span, time_at + unit.x * time_span);
    stripe = stripe_at + dot(unit, stripe_span);
    gl_Position = vec4(unit.x * 2.0 - 1.0, (1.0 - unit.y * 2.0) * y_sign, 0.0, 1.0);
}
