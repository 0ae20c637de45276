#version 330 core
// backdrop.frag - a key colour in place of a picture's background.
// in: picture, its pixels, row 0 the top one;  origin_px, size_px, what of it is drawn;
//   background, the colour that it was drawn on;  light, 1 where that is a light one, else 0;  key;
// out: key where the pixel is hardly further from the background than it, else the pixel as it is:
//   a mixture of both would be keyed out in part. What is bright has a rim of background: keyers
//   look at a pixel's neighbours, too, and would eat thin strokes of texts away.
uniform sampler2D picture;
uniform vec2 origin_px, size_px;
uniform vec4 background, key;
uniform float light;
in vec2 unit;
out vec4 color;

// Of the way from the background to white, or from a light one to black (its plates are lighter).
const float LEAST = 6.0 / 255.0; // less than the plates below texts
const float BRIGHT = 0.25;       // more than the grid

vec3 pixel_at(ivec2 at) {
    return texelFetch(picture, clamp(at, ivec2(0), textureSize(picture, 0) - 1), 0).rgb;
}

float away_of(vec3 c) {
    vec3 b = background.rgb;
    vec3 away = light > 0.5 ? abs(b - c) / b : (c - b) / (1.0 - b);
    return max(away.r, max(away.g, away.b));
}

void main() {
    ivec2 at = ivec2(origin_px + unit * size_px);
    vec3 c = pixel_at(at);
    bool kept = away_of(c) >= LEAST;
    for (int i = 0; i < 9 && !kept; i++) {
        kept = away_of(pixel_at(at + ivec2(i % 3 - 1, i / 3 - 1))) > BRIGHT;
    }
    color = kept ? vec4(c, 1.0) : key;
}
