#version 330 core
// box.frag - one colour. Nothing more may be done here: software GL fills such rectangles in whole
//   rows of bytes.
noperspective in vec4 rgba;
out vec4 color;

void main() {
    color = rgba;
}
