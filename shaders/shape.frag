#version 330 core
// shape.frag - coverage of a rounded box by its signed distance, over a pixel's width.
noperspective in vec2 local;
noperspective in vec2 half_size;
noperspective in vec3 style;
noperspective in vec4 rgba;
out vec4 color;

void main() {
    vec2 q = abs(local) - half_size + style.x;
    float outside = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - style.x;
    float ring = abs(outside + style.y * 0.5) - style.y * 0.5;
    float distance_px = style.y > 0.0 ? ring : outside;
    float coverage = clamp(0.5 - distance_px, 0.0, 1.0);
    float stripe = fract((local.x + local.y) / max(style.z, 1.0));
    coverage *= style.z > 0.0 && stripe > 0.22 ? 0.0 : 1.0;
    color = vec4(rgba.rgb, rgba.a * coverage);
}
