#version 330 core
// shape.vert - one rounded, turned box an instance: rectangle, disc, ring, line, hatched area.
// center_px, half_px: pixels from the top left; direction: unit vector of its long axis;
// style: corner radius px, ring width px (0: filled), hatch period px (0: none), unused.
layout(location = 0) in vec2 center_px;
layout(location = 1) in vec2 half_px;
layout(location = 2) in vec2 direction;
layout(location = 3) in vec4 style_px;
layout(location = 4) in vec4 fill;
uniform mat4 clip_from_px;
out vec2 local_px;
flat out vec2 half_size_px;
flat out vec4 style;
flat out vec4 rgba;

void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    local_px = corner * (half_px + 0.75);
    half_size_px = half_px;
    style = style_px;
    rgba = fill;
    vec2 at = center_px + local_px.x * direction + local_px.y * vec2(-direction.y, direction.x);
    gl_Position = clip_from_px * vec4(at, 0.0, 1.0);
}
