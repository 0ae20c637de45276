#version 330 core
// text.vert - one glyph an instance.  position_px: top left, whole pixels; size_px, atlas_px: its
//   box in the atlas.
layout(location = 0) in vec2 position_px;
layout(location = 1) in vec2 size_px;
layout(location = 2) in vec2 atlas_px;
layout(location = 3) in vec4 fill;
uniform mat4 clip_from_px;
out vec2 texel;
flat out vec4 rgba;

void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * size_px;
    texel = atlas_px + corner;
    rgba = fill;
    gl_Position = clip_from_px * vec4(position_px + corner, 0.0, 1.0);
}
