#version 330 core
// shape.vert - a corner of a rounded, turned box: rectangle, disc, ring, line, hatched area.
// position_px: from the top left of the target; local_px: from the shape's middle, along its axes;
// half_px: half its size; style_px: corner radius, ring width (0: filled), hatch period (0: none).
layout(location = 0) in vec2 position_px;
layout(location = 1) in vec2 local_px;
layout(location = 2) in vec2 half_px;
layout(location = 3) in vec3 style_px;
layout(location = 4) in vec4 fill;
uniform mat4 clip_from_px;
noperspective out vec2 local;
noperspective out vec2 half_size;
noperspective out vec3 style;
noperspective out vec4 rgba;

void main() {
    local = local_px;
    half_size = half_px;
    style = style_px;
    rgba = fill;
    gl_Position = clip_from_px * vec4(position_px, 0.0, 1.0);
}
