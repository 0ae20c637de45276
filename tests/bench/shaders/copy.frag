#version 330 core
// copy.frag - a texel a pixel, nearest: what drawing a picture of that size costs at least.
uniform sampler2D picture;
in vec2 unit;
out vec4 color;

void main() {
    color = texture(picture, unit);
}
