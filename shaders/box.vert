#version 330 core
// box.vert - a corner of an upright box.  position_px: from the top left of the target.
layout(location = 0) in vec2 position_px;
layout(location = 1) in vec4 fill;
uniform mat4 clip_from_px;
noperspective out vec4 rgba;

void main() {
    rgba = fill;
    gl_Position = clip_from_px * vec4(position_px, 0.0, 1.0);
}
