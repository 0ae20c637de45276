#version 330 core
// compose.vert - parts of the density texture that are composed, in one draw.
// in: gl_VertexID 0..3, gl_InstanceID: the part;  y_sign: see quad.vert;
// parts: left, top, width, height of each, 0..1 of the texture;
// mixes: x the texel of its first price, y and z 1: longs, shorts count, w 1: one is taken off the
//   other;
// out: mix_of, the part's.
uniform float y_sign;
uniform vec4 parts[4], mixes[4];
flat out vec4 mix_of;

void main() {
    vec4 part = parts[gl_InstanceID];
    vec2 unit = part.xy + part.zw * vec2(gl_VertexID & 1, gl_VertexID >> 1);
    mix_of = mixes[gl_InstanceID];
    gl_Position = vec4(unit.x * 2.0 - 1.0, (1.0 - unit.y * 2.0) * y_sign, 0.0, 1.0);
}
