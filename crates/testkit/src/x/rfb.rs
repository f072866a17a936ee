//! A small RFB client: what it sends reaches the X server as a person's own mouse and keyboard.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;

/// One person at a server that speaks RFB 3.8 (RFC 6143) without a password.
#[derive(Debug)]
pub struct RfbClient(UnixStream);

impl RfbClient {
    /// Sits down at the server.
    ///
    /// # Errors
    /// The server does not listen there, or does not let anybody in.
    pub fn connect(socket: &Path) -> io::Result<Self> {
        let mut stream = UnixStream::connect(socket)?;
        let mut version = [0; 12];
        stream.read_exact(&mut version)?;
        stream.write_all(b"RFB 003.008\n")?;
        let mut count = [0];
        stream.read_exact(&mut count)?;
        let mut kinds = vec![0; usize::from(count[0])];
        stream.read_exact(&mut kinds)?;
        if !kinds.contains(&1) {
            return Err(io::Error::other("the server wants a password"));
        }
        stream.write_all(&[1])?;
        let mut result = [0; 4];
        stream.read_exact(&mut result)?;
        if result != [0; 4] {
            return Err(io::Error::other("the server lets nobody in"));
        }
        // Others may stay.
        stream.write_all(&[1])?;
        let mut screen = [0; 24];
        stream.read_exact(&mut screen)?;
        let name_length = u32::from_be_bytes([screen[20], screen[21], screen[22], screen[23]]);
        let mut name = vec![0; usize::try_from(name_length.min(4096)).unwrap_or(0)];
        stream.read_exact(&mut name)?;
        Ok(Self(stream))
    }

    /// Moves the mouse to a place, with these buttons down (bit 0 is the left one).
    ///
    /// # Errors
    /// The server hung up.
    pub fn pointer(&mut self, x: u16, y: u16, buttons: u8) -> io::Result<()> {
        let (x, y) = (x.to_be_bytes(), y.to_be_bytes());
        self.0.write_all(&[5, buttons, x[0], x[1], y[0], y[1]])
    }

    /// Gives TigerVNC's server these monitors instead of its own, by left edge, top edge, width and height.
    ///
    /// # Errors
    /// The server hung up.
    pub fn set_monitors(&mut self, monitors: &[[u16; 4]]) -> io::Result<()> {
        let far = |start: usize| monitors.iter().map(|area| area[start] + area[start + 2]).max().unwrap_or(0);
        // Only who knows that the desktop's size can change may change it: encoding -308.
        let mut message = vec![2, 0, 0, 1];
        message.extend((-308_i32).to_be_bytes());
        message.extend([251, 0]);
        message.extend(far(0).to_be_bytes());
        message.extend(far(1).to_be_bytes());
        message.extend([u8::try_from(monitors.len()).unwrap_or(u8::MAX), 0]);
        for (number, area) in (1_u32..).zip(monitors) {
            message.extend(number.to_be_bytes());
            message.extend(area.iter().flat_map(|side| side.to_be_bytes()));
            message.extend([0; 4]);
        }
        self.0.write_all(&message)
    }

    /// Presses or releases the key of an X11 key symbol.
    ///
    /// # Errors
    /// The server hung up.
    pub fn key(&mut self, symbol: u32, pressed: bool) -> io::Result<()> {
        let symbol = symbol.to_be_bytes();
        self.0.write_all(&[4, u8::from(pressed), 0, 0, symbol[0], symbol[1], symbol[2], symbol[3]])
    }
}
