// One pixel of a remote picture in the size in which it is shown, in whole numbers, so that it comes out as on the
// processor (scale.rs and picture.rs say why).

#ifdef GL_ES
precision highp float;
precision highp int;
precision highp sampler2D;
#endif

// Blue, green, red: as in memory.
uniform sampler2D picture;
// Red, green, blue, alpha.
uniform sampler2D pointer;
// The picture's size.
uniform ivec2 source;
// Where all of it lies in the window: left, top, width, height.
uniform ivec4 place;
uniform int window_height;
uniform int is_blocks;
uniform int is_grey;
// Where the pointer lies in the window; nowhere if it has no width.
uniform ivec4 pointer_place;

out vec4 colour;

ivec4 bytes(vec4 texel) {
    return ivec4(texel * 255.0 + 0.5);
}

// Which pixels of a line of the source a place of the line shown covers: the first, the last, and the numbers with
// which `weight` says how much of each.
struct Cover {
    int first;
    int last;
    int from;
    int to;
    int unit;
    int total;
};

Cover cover(int at, int source_side, int shown_side) {
    Cover c;
    if (is_blocks != 0) {
        c.first = (2 * at + 1) * source_side / (2 * shown_side);
        c.last = c.first;
        c.unit = 1;
        c.from = c.first;
        c.to = c.first + 1;
        c.total = 1;
    } else if (source_side <= shown_side) {
        // Between the middles of two pixels: as if a whole pixel's width around the place were covered.
        c.unit = 2 * shown_side;
        c.from = clamp((2 * at + 1) * source_side - shown_side, 0, (source_side - 1) * c.unit);
        c.to = c.from + c.unit;
        c.first = c.from / c.unit;
        c.last = (c.to - 1) / c.unit;
        c.total = c.unit;
    } else {
        c.unit = shown_side;
        c.from = at * source_side;
        c.to = c.from + source_side;
        c.first = c.from / c.unit;
        c.last = (c.to - 1) / c.unit;
        c.total = source_side;
    }
    return c;
}

int weight(Cover c, int at) {
    return min(c.to, (at + 1) * c.unit) - max(c.from, at * c.unit);
}

ivec3 mean(ivec3 sum, int total) {
    return (2 * sum + total) / (2 * total);
}

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    pixel.y = window_height - 1 - pixel.y;
    Cover across = cover(pixel.x - place.x, source.x, place.z);
    Cover down = cover(pixel.y - place.y, source.y, place.w);
    ivec3 all = ivec3(0);
    for (int y = down.first; y <= down.last; y++) {
        ivec3 row = ivec3(0);
        for (int x = across.first; x <= across.last; x++) {
            row += bytes(texelFetch(picture, ivec2(x, y), 0)).bgr * weight(across, x);
        }
        all += mean(row, across.total) * weight(down, y);
    }
    ivec3 shown = mean(all, down.total);
    ivec2 inside = pixel - pointer_place.xy;
    if (inside.x >= 0 && inside.y >= 0 && inside.x < pointer_place.z && inside.y < pointer_place.w) {
        ivec4 over = bytes(texelFetch(pointer, inside, 0));
        shown = (over.rgb * over.a + shown * (255 - over.a) + 127) / 255;
    }
    if (is_grey != 0) {
        int luma = (shown.r * 54 + shown.g * 183 + shown.b * 19) / 256;
        shown = ivec3(48 + luma / 2);
    }
    colour = vec4(vec3(shown) / 255.0, 1.0);
}
