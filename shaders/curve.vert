#version 330 core
// curve.vert - a corner of a rectangle that a curve runs through.  position_px: from the top left
//   of the target;  way_px: the same along and across the curve;  row: of its spans, plus a half;
//   fill, halo: colours of the line and of what lies beneath it.
layout(location = 0) in vec2 position_px;
layout(location = 1) in vec2 way_px;
layout(location = 2) in float row;
layout(location = 3) in vec4 fill;
layout(location = 4) in vec4 halo;
uniform mat4 clip_from_px;
noperspective out vec2 way;
noperspective out float spans_row;
noperspective out vec4 rgba, halo_rgba;

void main() {
    way = way_px;
    spans_row = row;
    rgba = fill;
    halo_rgba = halo;
    gl_Position = clip_from_px * vec4(position_px, 0.0, 1.0);
}
