#version 330 core
// heatmap.vert - the panes of the plot that the field covers, in one draw.  in: gl_VertexID 0..3,
//   gl_InstanceID: the pane;  y_sign: see quad.vert;
// panes: x, y top and height in the viewport, 0..1; z, w texel columns at the pane's bottom, and
//   over its height;  sharp_of: x, y pixels a texel, price and time;
// time_at, time_span: texel rows of the ring at the viewport's left, and over its width;
// time_low, time_high: first and last row's middle, in texels;  per_texel: 1 / size of the texture;
// stripe_at, stripe_span: stripes at the viewport's top left corner, and over its width and height;
//   0: none.  Here, because in the fragment shader they would cost a tenth of the pass;
// out: texel, where in the density texture a pixel lies, in texels; place, time_ends, the same and
//   the two middles, 0..1; sharp, the pane's.
uniform float y_sign, time_at, time_span, time_low, time_high, stripe_at;
uniform vec4 panes[2], sharp_of[2];
uniform vec2 per_texel, stripe_span;
out vec2 texel, place;
out float stripe;
flat out vec2 sharp, time_ends;

void main() {
    vec4 pane = panes[gl_InstanceID];
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 unit = vec2(corner.x, pane.x + corner.y * pane.y);
    texel = vec2(pane.z + (1.0 - corner.y) * pane.w, time_at + unit.x * time_span);
    place = texel * per_texel;
    time_ends = vec2(time_low, time_high) * per_texel.y;
    stripe = stripe_at + dot(unit, stripe_span);
    sharp = sharp_of[gl_InstanceID].xy;
    gl_Position = vec4(unit.x * 2.0 - 1.0, (1.0 - unit.y * 2.0) * y_sign, 0.0, 1.0);
}
