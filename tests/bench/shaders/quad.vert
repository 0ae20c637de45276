#version 330 core
// quad.vert - four corners of the viewport.  in: gl_VertexID 0..3;  y_sign: -1 where row 0 in
//   memory is the top;
// out: unit, 0..1 from the left and from the top of the viewport.
uniform float y_sign;
out vec2 unit;

void main() {
    unit = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(unit.x * 2.0 - 1.0, (1.0 - unit.y * 2.0) * y_sign, 0.0, 1.0);
}
