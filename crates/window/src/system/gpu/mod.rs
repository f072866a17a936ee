//! The graphics processor draws: egui's triangles, and the remote pictures beneath them.
//!
//! A picture is a texture there, into which only what changed is written. Scaling it is the shader's work, by the same
//! rules as the processor's. The window is always drawn whole, which is nothing to such a processor.

mod context;
mod layers;
mod probe;

use std::sync::Arc;

use egui::TexturesDelta;
use egui_glow::{Painter, ShaderVersion, glow};
use farhand_proto::screen::Region;
use winit::event_loop::ActiveEventLoop;
use winit::window::{Window, WindowAttributes};

use crate::canvas::rect;
use crate::picture::Backdrop;
use crate::presenter::{Frame, PresentError, Presenter};
use context::Context;
use layers::Layers;

/// Opens a window that the graphics processor draws; `takes_software`: also where OpenGL is a program on the
/// processor, which is slower than drawing without it.
pub(crate) fn open(
    event_loop: &ActiveEventLoop,
    attributes: &WindowAttributes,
    takes_software: bool,
) -> Result<(Arc<Window>, Box<dyn Presenter>), String> {
    if !takes_software && !probe::may_have_one() {
        return Err("this computer has no graphics processor that programs may use".to_owned());
    }
    let (window, context, gl) = Context::open(event_loop, attributes)?;
    let renderer = context::renderer(&gl);
    if !takes_software && probe::is_software(&renderer) {
        return Err(format!("OpenGL here is a program on the processor: {renderer}"));
    }
    let version = ShaderVersion::get(&gl);
    if !version.is_new_shader_interface() {
        return Err(format!("{renderer} has no OpenGL 3.1 or OpenGL ES 3.0"));
    }
    let layers = Layers::new(&gl, version)?;
    let painter = Painter::new(gl, "", Some(version), false).map_err(|error| error.to_string())?;
    tracing::info!(renderer, "the graphics processor draws the window");
    let presenter = Gpu {
        painter,
        layers,
        context,
        frame: Frame {
            size: [0, 0],
            primitives: Vec::new(),
            textures: TexturesDelta::default(),
            pixels_per_point: 1.0,
        },
    };
    Ok((window, Box::new(presenter)))
}

struct Gpu {
    painter: Painter,
    layers: Layers,
    context: Context,
    /// The last frame of the interface, with textures that have not been taken over.
    frame: Frame,
}

impl Presenter for Gpu {
    fn size(&self) -> [usize; 2] {
        self.frame.size
    }

    fn lay(&mut self, mut frame: Frame) -> Region {
        let mut textures = std::mem::take(&mut self.frame.textures);
        textures.append(frame.textures);
        frame.textures = textures;
        self.frame = frame;
        let [width, height] = self.frame.size;
        Region::from(rect(0, 0, width, height))
    }

    fn present(&mut self, backdrop: &mut Backdrop, _: &Region) -> Result<(), PresentError> {
        let size = self.frame.size.map(|side| u32::try_from(side).unwrap_or(u32::MAX));
        if size.contains(&0) {
            return Ok(());
        }
        self.context.take(size).map_err(PresentError::Lost)?;
        let gl = self.painter.gl().clone();
        self.painter.clear(size, [0.0, 0.0, 0.0, 1.0]);
        self.layers.draw(&gl, size, backdrop).map_err(PresentError::Lost)?;
        let textures = std::mem::take(&mut self.frame.textures);
        let Frame { pixels_per_point, primitives, .. } = &self.frame;
        self.painter.paint_and_update_textures(size, *pixels_per_point, primitives, &textures);
        self.context.show(&gl).map_err(PresentError::Lost)
    }
}

impl Drop for Gpu {
    fn drop(&mut self) {
        // Without the context everything in it is gone already.
        if self.context.take(self.frame.size.map(|side| u32::try_from(side).unwrap_or(1))).is_ok() {
            let gl: Arc<glow::Context> = self.painter.gl().clone();
            self.layers.delete(&gl);
        }
        self.painter.destroy();
    }
}
