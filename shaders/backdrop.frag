#version 330 core
// backdrop.frag - a key colour in place of a picture's background.
// in: picture, its pixels, row 0 the top one;  origin_px, size_px, what of it is drawn;
//   background, the colour that it was drawn on;  light, 1 where that is a light one, else 0;  key;
// out: key where the pixel is hardly further from the background than it, else the pixel as it is:
//   a mixture of both would be keyed out in part.
uniform sampler2D picture;
uniform vec2 origin_px, size_px;
uniform vec4 background, key;
uniform float light;
in vec2 unit;
out vec4 color;

// Of the way from the background to white, or from a light one to black.
const float LEAST = 12.0 / 255.0;

void main() {
    vec3 c = texelFetch(picture, ivec2(origin_px + unit * size_px), 0).rgb;
    vec3 b = background.rgb;
    vec3 away = light > 0.5 ? (b - c) / b : (c - b) / (1.0 - b);
    color = max(away.r, max(away.g, away.b)) < LEAST ? key : vec4(c, 1.0);
}
