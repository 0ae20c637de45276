#version 330 core
// text.vert - a corner of a glyph.  position_px: from the top left of the target, whole pixels;
//   atlas_px: the same corner in the atlas.
layout(location = 0) in vec2 position_px;
layout(location = 1) in vec2 atlas_px;
layout(location = 2) in vec4 fill;
uniform mat4 clip_from_px;
noperspective out vec2 texel;
noperspective out vec4 rgba;

void main() {
    texel = atlas_px;
    rgba = fill;
    gl_Position = clip_from_px * vec4(position_px, 0.0, 1.0);
}
