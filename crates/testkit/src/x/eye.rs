//! What the X server itself knows, and changes of the screen that no program of the product makes.

use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConfigureWindowAux, ConnectionExt as _, CreateGCAux, CreateWindowAux,
    ImageFormat, KeyButMask, MapState, StackMode, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::picture::Picture;
use super::program::eventually;
use super::server::XServer;

/// How long nothing may change on a screen that stands still.
const STILL: Duration = Duration::from_millis(300);

/// A rectangle of the desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
    /// Pixels across.
    pub width: i32,
    /// Pixels down.
    pub height: i32,
}

impl Place {
    /// Its middle.
    #[must_use]
    pub fn middle(self) -> (i32, i32) {
        (self.x + self.width / 2, self.y + self.height / 2)
    }
}

/// A connection of the test's own to the server.
#[derive(Debug)]
pub struct Eye {
    connection: RustConnection,
    root: Window,
    flag: Option<Window>,
    colour: u32,
}

impl Eye {
    /// The side of the flag's square, in the upper left corner.
    pub const FLAG: &'static str = "0,0,8,8";

    /// Looks at a server.
    ///
    /// # Panics
    /// The server does not answer.
    #[must_use]
    pub fn open(server: &XServer) -> Self {
        Self::try_open(server.display()).expect("the server answers")
    }

    /// Looks at the server of a display, if it answers.
    #[must_use]
    pub fn try_open(display: &str) -> Option<Self> {
        let (connection, screen) = RustConnection::connect(Some(display)).ok()?;
        let root = connection.setup().roots[screen].root;
        Some(Self { connection, root, flag: None, colour: 0 })
    }

    /// The keys that are down, by number.
    ///
    /// # Panics
    /// The server does not answer.
    #[must_use]
    pub fn keys_down(&self) -> Vec<u8> {
        let keys = self.connection.query_keymap().expect("sent").reply().expect("an answer").keys;
        let is_down = |key: u8| keys[usize::from(key / 8)] & (1 << (key % 8)) != 0;
        (0..=u8::MAX).filter(|key| is_down(*key)).collect()
    }

    /// The modifiers and buttons that the server takes for down.
    ///
    /// # Panics
    /// The server does not answer.
    #[must_use]
    pub fn state(&self) -> KeyButMask {
        self.connection.query_pointer(self.root).expect("sent").reply().expect("an answer").mask
    }

    /// Where the pointer is.
    ///
    /// # Panics
    /// The server does not answer.
    #[must_use]
    pub fn pointer(&self) -> (i32, i32) {
        let pointer = self.connection.query_pointer(self.root).expect("sent").reply().expect("an answer");
        (pointer.root_x.into(), pointer.root_y.into())
    }

    /// Where a window is on the desktop, without its border.
    ///
    /// # Panics
    /// There is no such window.
    #[must_use]
    pub fn place(&self, window: Window) -> Place {
        let size = self.connection.get_geometry(window).expect("sent").reply().expect("a window");
        let at = self.connection.translate_coordinates(window, self.root, 0, 0).expect("sent");
        let at = at.reply().expect("a window");
        Place { x: at.dst_x.into(), y: at.dst_y.into(), width: size.width.into(), height: size.height.into() }
    }

    /// Whether there is such a window and it shows.
    ///
    /// # Panics
    /// The server does not answer.
    #[must_use]
    pub fn is_shown(&self, window: Window) -> bool {
        let attributes = self.connection.get_window_attributes(window).expect("sent").reply();
        attributes.is_ok_and(|attributes| attributes.map_state == MapState::VIEWABLE)
    }

    /// A window's visible children, in the order in which they were made unless somebody moved them.
    ///
    /// # Panics
    /// There is no such window.
    #[must_use]
    pub fn children(&self, window: Window) -> Vec<Window> {
        let tree = self.connection.query_tree(window).expect("sent").reply().expect("a window");
        let is_shown = |child: &Window| {
            let attributes = self.connection.get_window_attributes(*child).expect("sent").reply();
            attributes.is_ok_and(|attributes| attributes.map_state == MapState::VIEWABLE)
        };
        tree.children.into_iter().filter(is_shown).collect()
    }

    /// The whole screen, read as a program without any cleverness reads it. The pointer is not in it.
    ///
    /// # Panics
    /// The server does not answer, or has other pixels than 24 bits in 32.
    #[must_use]
    pub fn pixels(&self) -> Picture {
        let size = self.connection.get_geometry(self.root).expect("sent").reply().expect("an answer");
        let (width, height) = (size.width, size.height);
        let image =
            self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, 0, 0, width, height, u32::MAX);
        let image = image.expect("sent").reply().expect("an image");
        assert_eq!(image.depth, 24);
        let pixels =
            image.data.as_chunks::<4>().0.iter().map(|pixel| u32::from_le_bytes(*pixel) & 0x00ff_ffff);
        Picture { width: width.into(), height: height.into(), pixels: pixels.collect() }
    }

    /// The same, once the screen has stood still for a moment: programs have drawn what they want to.
    pub fn still_pixels(&self) -> Picture {
        let mut last = self.pixels();
        let mut still_since = Instant::now();
        eventually("the desktop to stand still", || {
            let now = self.pixels();
            if now != last {
                last = now;
                still_since = Instant::now();
            }
            (still_since.elapsed() > STILL).then_some(())
        });
        last
    }

    /// The width and height of a terminal's letters, by its own word to the window manager.
    ///
    /// # Panics
    /// The window says nothing of it.
    #[must_use]
    pub fn cell(&self, window: Window) -> (i32, i32) {
        use x11rb::properties::WmSizeHints;
        let hints = WmSizeHints::get_normal_hints(&self.connection, window).expect("sent").reply();
        hints.expect("an answer").expect("hints").size_increment.expect("a terminal grows by letters")
    }

    /// Blocks until a window manager takes care of windows that show themselves. One that is just starting says that
    /// it is there, and may still leave out a window.
    pub(super) fn wait_for_window_manager(&self) {
        let window = self.connection.generate_id().expect("a number");
        let class = WindowClass::INPUT_OUTPUT;
        let values = CreateWindowAux::new();
        self.connection.create_window(0, window, self.root, 0, 0, 8, 8, 0, class, 0, &values).expect("sent");
        let is_framed = || {
            let tree = self.connection.query_tree(window).expect("sent").reply().expect("a window");
            tree.parent != self.root
        };
        eventually("the window manager", || {
            self.connection.map_window(window).expect("sent");
            let until = Instant::now() + STILL;
            while !is_framed() && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(5));
            }
            // Withdrawn by the rules: unmapped, and the manager told.
            if !is_framed() {
                self.connection.unmap_window(window).expect("sent");
            }
            is_framed().then_some(())
        });
        self.connection.destroy_window(window).expect("sent");
        self.connection.sync().expect("an answer");
    }

    /// Changes the colour of a small square in the upper left corner, above everything else. A console that waits
    /// for a change of [`Eye::FLAG`] sees it after everything that was drawn before.
    ///
    /// # Panics
    /// The server does not answer.
    pub fn flag(&mut self) {
        self.colour = if self.colour == 0x00ff_0000 { 0x0000_00ff } else { 0x00ff_0000 };
        let window = match self.flag {
            Some(window) => window,
            None => {
                let window = self.connection.generate_id().expect("a number");
                let values = CreateWindowAux::new().override_redirect(1).background_pixel(self.colour);
                self.connection
                    .create_window(0, window, self.root, 0, 0, 8, 8, 0, WindowClass::INPUT_OUTPUT, 0, &values)
                    .expect("sent");
                self.connection.map_window(window).expect("sent");
                self.flag = Some(window);
                window
            }
        };
        let above = ConfigureWindowAux::new().stack_mode(StackMode::ABOVE);
        self.connection.configure_window(window, &above).expect("sent");
        let colour = ChangeWindowAttributesAux::new().background_pixel(self.colour);
        self.connection.change_window_attributes(window, &colour).expect("sent");
        self.connection.clear_area(false, window, 0, 0, 0, 0).expect("sent");
        self.connection.sync().expect("an answer");
    }

    /// Makes this the desktop's background. The server shows it until another program sets one.
    ///
    /// # Panics
    /// The server does not answer.
    pub fn set_background(&self, picture: &Picture) {
        let [width, height] =
            [picture.width, picture.height].map(|side| u16::try_from(side).expect("a screen"));
        let pixmap = self.connection.generate_id().expect("a number");
        self.connection.create_pixmap(24, pixmap, self.root, width, height).expect("sent");
        let gc = self.connection.generate_id().expect("a number");
        self.connection.create_gc(gc, pixmap, &CreateGCAux::new()).expect("sent");
        // A row at a time is well within the longest request.
        for (row, pixels) in (0_i16..).zip(picture.pixels.chunks(usize::from(width))) {
            let bytes: Vec<u8> = pixels.iter().flat_map(|pixel| pixel.to_le_bytes()).collect();
            let put =
                self.connection.put_image(ImageFormat::Z_PIXMAP, pixmap, gc, width, 1, 0, row, 0, 24, &bytes);
            put.expect("sent");
        }
        let background = ChangeWindowAttributesAux::new().background_pixmap(pixmap);
        self.connection.change_window_attributes(self.root, &background).expect("sent");
        self.connection.clear_area(false, self.root, 0, 0, 0, 0).expect("sent");
        self.connection.sync().expect("an answer");
    }

    /// Fills a square with its upper left corner here with pixels that no encoder can make small. Each seed gives
    /// others.
    ///
    /// # Panics
    /// The server does not answer.
    pub fn draw_noise(&self, x: i16, y: i16, side: u16, seed: u32) {
        let window = self.connection.generate_id().expect("a number");
        let values = CreateWindowAux::new().override_redirect(1);
        let class = WindowClass::INPUT_OUTPUT;
        self.connection
            .create_window(0, window, self.root, x, y, side, side, 0, class, 0, &values)
            .expect("sent");
        self.connection.map_window(window).expect("sent");
        let gc = self.connection.generate_id().expect("a number");
        self.connection.create_gc(gc, window, &CreateGCAux::new()).expect("sent");
        let mut state = u64::from(seed) << 1 | 1;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            [(state >> 40) as u8, (state >> 48) as u8, (state >> 56) as u8, 0]
        };
        // A row at a time is well within the longest request.
        for row in 0..side {
            let pixels: Vec<u8> = (0..side).flat_map(|_| noise()).collect();
            let at = i16::try_from(row).expect("a small square");
            let put =
                self.connection.put_image(ImageFormat::Z_PIXMAP, window, gc, side, 1, 0, at, 0, 24, &pixels);
            put.expect("sent");
        }
        self.connection.sync().expect("an answer");
    }
}
