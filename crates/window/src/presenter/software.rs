//! The processor draws, and only what changed goes to the window.

use std::num::NonZeroU32;
use std::sync::Arc;

use farhand_proto::screen::{Rect, Region};
use softbuffer::SoftBufferError;
use winit::event_loop::OwnedDisplayHandle;
use winit::window::Window;

use super::{Frame, PresentError, Presenter};
use crate::canvas::{Canvas, rect};
use crate::compose::compose;
use crate::picture::{Backdrop, meet};

pub(crate) struct Software {
    surface: softbuffer::Surface<OwnedDisplayHandle, Arc<Window>>,
    canvas: Canvas,
}

impl Software {
    pub(crate) fn new(display: OwnedDisplayHandle, window: Arc<Window>) -> Result<Self, SoftBufferError> {
        let display = softbuffer::Context::new(display)?;
        let surface = softbuffer::Surface::new(&display, window)?;
        Ok(Self { surface, canvas: Canvas::new() })
    }
}

impl Presenter for Software {
    fn size(&self) -> [usize; 2] {
        [self.canvas.width(), self.canvas.height()]
    }

    fn lay(&mut self, frame: Frame) -> Region {
        self.canvas.paint(frame.size, &frame.primitives, &frame.textures, frame.pixels_per_point)
    }

    fn present(&mut self, backdrop: &mut Backdrop, changed: &Region) -> Result<(), PresentError> {
        let [width, height] = self.size();
        let (Some(across), Some(down)) = (NonZeroU32::new(width as u32), NonZeroU32::new(height as u32))
        else {
            return Ok(());
        };
        self.surface.resize(across, down)?;
        let mut buffer = self.surface.buffer_mut()?;
        let whole = rect(0, 0, width, height);
        // A buffer that does not hold the frame before has to be filled whole.
        let all = [whole];
        let areas: Vec<Rect> = if buffer.age() == 1 {
            changed.rects().iter().filter_map(|area| meet(*area, whole)).collect()
        } else {
            all.to_vec()
        };
        for area in &areas {
            compose(&self.canvas, backdrop, *area, &mut buffer);
        }
        let damage: Vec<softbuffer::Rect> = areas
            .iter()
            .filter_map(|area| {
                Some(softbuffer::Rect {
                    x: area.x as u32,
                    y: area.y as u32,
                    width: NonZeroU32::new(area.width)?,
                    height: NonZeroU32::new(area.height)?,
                })
            })
            .collect();
        Ok(buffer.present_with_damage(&damage)?)
    }
}
