#version 330 core
// dim.frag - less light over what is there.  in: dark, 0 none taken .. 1 all of it;
// out: black of that opacity, blended over.
uniform float dark;
out vec4 color;

void main() {
    color = vec4(0.0, 0.0, 0.0, dark);
}
