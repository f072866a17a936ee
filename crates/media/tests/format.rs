//! The bytes of known updates. They are on the wire between versions: a change here needs another codec number.

use farhand_media::{decoder, encoder};
use farhand_proto::screen::{Picture, Rect, Region, Size};

fn whole(picture: &Picture) -> Region {
    Rect::of_size(picture.size()).into()
}

/// One picture through all kinds of boxes, each update with what it is made of.
#[test]
fn snapshots() {
    let mut picture = Picture::new(Size { width: 67, height: 3 });
    let mut encoder = encoder();
    let mut decoder = decoder();
    let mut check = |picture: &Picture, expected: &[&str]| {
        encoder.damage(picture, &whole(picture));
        let mut update = Vec::new();
        assert!(encoder.encode(picture, usize::MAX, &mut update).complete);
        assert_eq!(hex::encode(&update), expected.concat());
        assert!(decoder.decode(&update).unwrap().complete);
        assert_eq!(decoder.picture(), picture);
    };

    // The right tile, 3 x 3 pixels, becomes orange.
    for y in 0..3 {
        picture.row_mut(64, y, 3).fill(0xFF_80_00);
    }
    check(
        &picture,
        &[
            "01030043000300", // codec 1, fresh and complete, serial 0, 67 x 3 pixels
            "28b52ffd0050",   // zstd frame, window of 2^20 bytes
            "300000",         // zstd block of 6 bytes as they are
            "800100ff8000",   // solid, whole tile 1, orange
        ],
    );

    // Three pixels in the middle of the left tile, three colours.
    picture.row_mut(30, 1, 3).copy_from_slice(&[0x11_11_11, 0xFF_FF_FF, 0x22_22_22]);
    check(
        &picture,
        &[
            "010201",             // codec 1, complete, serial 1
            "900000",             // zstd block of 18 bytes as they are
            "010000",             // palette, tile 0
            "1e010200",           // from column 30 and row 1 of the tile, 3 x 1 pixels
            "02111111ffffff2222", // three colours
            "2224",               // and the indices 0, 1, 2 in two bits each
        ],
    );
}

/// The kinds that need more colours than a palette has: six columns of three pixels.
#[test]
fn snapshots_of_residuals() {
    let mut picture = Picture::new(Size { width: 6, height: 3 });
    let mut update = |pixel: &dyn Fn(u32, u32) -> u32| {
        for y in 0..3 {
            for x in 0..6 {
                picture.row_mut(x, y, 1)[0] = pixel(x, y);
            }
        }
        let mut encoder = encoder();
        encoder.damage(&picture, &whole(&picture));
        let mut update = Vec::new();
        encoder.encode(&picture, usize::MAX, &mut update);
        let mut decoder = decoder();
        decoder.decode(&update).unwrap();
        assert_eq!(*decoder.picture(), picture);
        hex::encode(&update)
    };
    let colour = |x: u32, y: u32| {
        let number = (x + 6 * y + 1).wrapping_mul(0x9E37_79B1);
        (number ^ number >> 15).wrapping_mul(0x85EB_CA6B) >> 8
    };
    let grey = |x: u32, y: u32| (colour(x, y) & 0xFF) * 0x01_01_01;
    // One pixel equals the one above it.
    let row = |x: u32, y: u32| if (x, y) == (1, 1) { 0 } else { y };
    // Codec 1, fresh and complete, 6 x 3 pixels, zstd's frame; then zstd's block of bytes as they are, the box's kind
    // and tile, and its planes.
    let start = "0103000600030028b52ffd0050";
    let left = [
        "c80100",
        "820000",
        "864849716b51f97c25b325a6cd9e705fa3a6",
        "6cc58745d17d8a9f1f8245f64d43ba43fd41",
        "a4acfe32448d2c0f1c6b757d1599f4543305",
    ];
    assert_eq!(update(&colour), [start, &left.concat()].concat());
    let up = [
        "c80100",
        "830000",
        "864849716b51f900094b055acd1c3ae66464",
        "6cc58745d17d8a00fc39ad264d558c4d0550",
        "a4acfe32448d2c00ade61707152e77601ea6",
    ];
    assert_eq!(update(&|x, y| colour(x, row(x, y))), [start, &up.concat()].concat());
    let grey_left = ["a80000", "840000", "2af447a3afde258b411e9a23e23764b3d6ab"];
    assert_eq!(update(&grey), [start, &grey_left.concat()].concat());
    let grey_up = ["a80000", "850000", "2af447a3afde2500b6311c61e24ab146820a"];
    assert_eq!(update(&|x, y| grey(x, row(x, y))), [start, &grey_up.concat()].concat());
}
