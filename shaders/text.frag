#version 330 core
// text.frag - coverage from the atlas, colour from the label.
uniform sampler2D atlas;
noperspective in vec2 texel;
noperspective in vec4 rgba;
out vec4 color;

void main() {
    color = vec4(rgba.rgb, rgba.a * texelFetch(atlas, ivec2(texel), 0).r);
}
