//! Remote pictures as textures.
#![expect(unsafe_code, reason = "OpenGL is a C interface")]

use std::sync::Arc;

use egui_glow::ShaderVersion;
use egui_glow::glow::{self, HasContext as _};
use farhand_proto::screen::{Picture, PointerShape, Rect, Region};

use crate::picture::{Backdrop, Seen, SharedPicture, meet};
use crate::scale::Sampling;

/// A triangle that covers the window.
const VERTEX: &str = include_str!("vertex.glsl");
/// One pixel of a layer.
const FRAGMENT: &str = include_str!("fragment.glsl");

/// The longest side for which the shader's whole numbers suffice.
const LONGEST: u32 = 16_384;

/// Draws the layers beneath an interface.
pub(super) struct Layers {
    program: glow::Program,
    uniforms: Uniforms,
    /// Without any, but a draw needs one.
    vertices: glow::VertexArray,
    /// The longest side of a texture.
    longest: u32,
    copies: Vec<Kept>,
}

/// A remote picture in the graphics processor's memory.
struct Kept {
    name: SharedPicture,
    texture: glow::Texture,
    size: (u32, u32),
    pointer: Option<(Arc<PointerShape>, glow::Texture)>,
    /// Whether the window still shows it.
    is_seen: bool,
}

struct Uniforms {
    source: Option<glow::UniformLocation>,
    place: Option<glow::UniformLocation>,
    window_height: Option<glow::UniformLocation>,
    is_blocks: Option<glow::UniformLocation>,
    is_grey: Option<glow::UniformLocation>,
    pointer_place: Option<glow::UniformLocation>,
}

impl Layers {
    /// The context has to be current, here and below.
    pub(super) fn new(gl: &glow::Context, version: ShaderVersion) -> Result<Self, String> {
        let source = |text| format!("{}\n{text}", version.version_declaration());
        // SAFETY: the context is current. What is not deleted after a failure goes with the context.
        unsafe {
            let program = gl.create_program()?;
            for (kind, text) in [(glow::VERTEX_SHADER, VERTEX), (glow::FRAGMENT_SHADER, FRAGMENT)] {
                let shader = gl.create_shader(kind)?;
                gl.shader_source(shader, &source(text));
                gl.compile_shader(shader);
                if !gl.get_shader_compile_status(shader) {
                    return Err(format!("OpenGL refuses a shader: {}", gl.get_shader_info_log(shader)));
                }
                gl.attach_shader(program, shader);
                gl.delete_shader(shader);
            }
            gl.link_program(program);
            if !gl.get_program_link_status(program) {
                return Err(format!("OpenGL refuses the shaders: {}", gl.get_program_info_log(program)));
            }
            gl.use_program(Some(program));
            let uniform = |name| gl.get_uniform_location(program, name);
            gl.uniform_1_i32(uniform("picture").as_ref(), 0);
            gl.uniform_1_i32(uniform("pointer").as_ref(), 1);
            let uniforms = Uniforms {
                source: uniform("source"),
                place: uniform("place"),
                window_height: uniform("window_height"),
                is_blocks: uniform("is_blocks"),
                is_grey: uniform("is_grey"),
                pointer_place: uniform("pointer_place"),
            };
            let vertices = gl.create_vertex_array()?;
            let longest = u32::try_from(gl.get_parameter_i32(glow::MAX_TEXTURE_SIZE)).unwrap_or(0);
            Ok(Self { program, uniforms, vertices, longest: longest.min(LONGEST), copies: Vec::new() })
        }
    }

    /// Brings the copies up to date and draws all layers of a window of so many pixels.
    pub(super) fn draw(
        &mut self,
        gl: &glow::Context,
        size: [u32; 2],
        backdrop: &mut Backdrop,
    ) -> Result<(), String> {
        for copy in &mut self.copies {
            copy.is_seen = false;
        }
        // SAFETY: the context is current; these are switches.
        unsafe {
            gl.use_program(Some(self.program));
            gl.bind_vertex_array(Some(self.vertices));
            gl.disable(glow::BLEND);
            gl.disable(glow::CULL_FACE);
            gl.disable(glow::DEPTH_TEST);
            gl.enable(glow::SCISSOR_TEST);
        }
        let drawn = backdrop.see(|seen| self.draw_one(gl, size, &seen));
        // SAFETY: as above.
        unsafe {
            gl.disable(glow::SCISSOR_TEST);
            gl.bind_vertex_array(None);
            gl.active_texture(glow::TEXTURE0);
        }
        self.copies.retain(|copy| {
            if !copy.is_seen {
                copy.delete(gl);
            }
            copy.is_seen
        });
        drawn
    }

    fn draw_one(
        &mut self,
        gl: &glow::Context,
        [width, height]: [u32; 2],
        seen: &Seen<'_>,
    ) -> Result<(), String> {
        let size = seen.picture.size();
        let sides = [size.width, size.height, seen.place.width, seen.place.height];
        if sides.contains(&0) {
            return Ok(());
        }
        if sides[..2].iter().any(|side| *side > self.longest) || sides[2..].iter().any(|side| *side > LONGEST)
        {
            let (width, height) = (size.width, size.height);
            return Err(format!(
                "a picture of {width}x{height} pixels is too large for the graphics processor"
            ));
        }
        let copy = self.copy(gl, seen)?;
        let pointer = copy.show_pointer(gl, seen.pointer)?;
        let (texture, pointer_texture) = (copy.texture, copy.pointer.as_ref().map(|(_, texture)| *texture));
        let window = Rect { x: 0, y: 0, width, height };
        let Some(part) = meet(seen.place, seen.clip).and_then(|part| meet(part, window)) else {
            return Ok(());
        };
        let Uniforms { source, place, window_height, is_blocks, is_grey, pointer_place } = &self.uniforms;
        let four = |rect: Rect| [rect.x, rect.y, rect.width as i32, rect.height as i32];
        // SAFETY: the context is current; the numbers are those of textures that are there, and checked above.
        unsafe {
            gl.active_texture(glow::TEXTURE1);
            gl.bind_texture(glow::TEXTURE_2D, pointer_texture.or(Some(texture)));
            gl.active_texture(glow::TEXTURE0);
            gl.bind_texture(glow::TEXTURE_2D, Some(texture));
            gl.uniform_2_i32(source.as_ref(), size.width as i32, size.height as i32);
            gl.uniform_4_i32_slice(place.as_ref(), &four(seen.place));
            gl.uniform_1_i32(window_height.as_ref(), height as i32);
            gl.uniform_1_i32(is_blocks.as_ref(), i32::from(seen.sampling == Sampling::Blocks));
            gl.uniform_1_i32(is_grey.as_ref(), i32::from(seen.is_grey));
            gl.uniform_4_i32_slice(pointer_place.as_ref(), &four(pointer));
            // OpenGL counts from below.
            let [x, y, width, part_height] = four(part);
            gl.scissor(x, height as i32 - y - part_height, width, part_height);
            gl.draw_arrays(glow::TRIANGLES, 0, 3);
        }
        Ok(())
    }

    /// The copy of a picture as it is now.
    fn copy(&mut self, gl: &glow::Context, seen: &Seen<'_>) -> Result<&mut Kept, String> {
        let size = (seen.picture.size().width, seen.picture.size().height);
        let all = Rect { x: 0, y: 0, width: size.0, height: size.1 };
        let known = self.copies.iter().position(|copy| copy.name.is(seen.name));
        let (index, is_new) = match known {
            Some(index) => (index, false),
            None => {
                let texture = new_texture(gl)?;
                let name = seen.name.clone();
                self.copies.push(Kept { name, texture, size: (0, 0), pointer: None, is_seen: true });
                (self.copies.len() - 1, true)
            }
        };
        let copy = &mut self.copies[index];
        copy.is_seen = true;
        // SAFETY: the context is current.
        unsafe {
            gl.active_texture(glow::TEXTURE0);
            gl.bind_texture(glow::TEXTURE_2D, Some(copy.texture));
        }
        let whole = if is_new || copy.size != size {
            make_room(gl, size);
            copy.size = size;
            None
        } else {
            seen.stale.as_ref()
        };
        write(gl, seen.picture, whole.unwrap_or(&Region::from(all)), all);
        Ok(copy)
    }

    /// Gives everything back.
    pub(super) fn delete(&mut self, gl: &glow::Context) {
        for copy in self.copies.drain(..) {
            copy.delete(gl);
        }
        // SAFETY: the context is current, and nobody uses these after this.
        unsafe {
            gl.delete_vertex_array(self.vertices);
            gl.delete_program(self.program);
        }
    }
}

impl Kept {
    /// Keeps the pointer's shape as a texture; returns where it is shown.
    fn show_pointer(
        &mut self,
        gl: &glow::Context,
        pointer: Option<&(Rect, Arc<PointerShape>)>,
    ) -> Result<Rect, String> {
        let Some((place, shape)) = pointer.filter(|(place, _)| !place.is_empty()) else {
            return Ok(Rect::default());
        };
        if self.pointer.as_ref().is_some_and(|(known, _)| Arc::ptr_eq(known, shape)) {
            return Ok(*place);
        }
        let texture = match self.pointer.take() {
            Some((_, texture)) => texture,
            None => new_texture(gl)?,
        };
        let (width, height) = (i32::from(shape.width), i32::from(shape.height));
        // SAFETY: the context is current, and a consistent shape holds that many bytes: others are never shown.
        unsafe {
            gl.active_texture(glow::TEXTURE1);
            gl.bind_texture(glow::TEXTURE_2D, Some(texture));
            let pixels = glow::PixelUnpackData::Slice(Some(&shape.rgba));
            let (rgba, bytes) = (glow::RGBA, glow::UNSIGNED_BYTE);
            let kept = glow::RGBA8 as i32;
            gl.tex_image_2d(glow::TEXTURE_2D, 0, kept, width, height, 0, rgba, bytes, pixels);
        }
        self.pointer = Some((shape.clone(), texture));
        Ok(*place)
    }

    fn delete(&self, gl: &glow::Context) {
        // SAFETY: the context is current, and the textures are this copy's.
        unsafe {
            gl.delete_texture(self.texture);
            if let Some((_, texture)) = &self.pointer {
                gl.delete_texture(*texture);
            }
        }
    }
}

/// A texture whose pixels are looked up one by one.
fn new_texture(gl: &glow::Context) -> Result<glow::Texture, String> {
    // SAFETY: the context is current.
    unsafe {
        let texture = gl.create_texture()?;
        gl.bind_texture(glow::TEXTURE_2D, Some(texture));
        for filter in [glow::TEXTURE_MIN_FILTER, glow::TEXTURE_MAG_FILTER] {
            gl.tex_parameter_i32(glow::TEXTURE_2D, filter, glow::NEAREST as i32);
        }
        Ok(texture)
    }
}

/// Makes the texture in use this large.
fn make_room(gl: &glow::Context, (width, height): (u32, u32)) {
    let nothing = glow::PixelUnpackData::Slice(None);
    let (rgba, bytes, kept) = (glow::RGBA, glow::UNSIGNED_BYTE, glow::RGBA8 as i32);
    // SAFETY: the context is current; the sides are below what it takes.
    unsafe {
        gl.tex_image_2d(glow::TEXTURE_2D, 0, kept, width as i32, height as i32, 0, rgba, bytes, nothing);
    }
}

/// Writes parts of a picture into the texture in use, which has its size.
fn write(gl: &glow::Context, picture: &Picture, changed: &Region, all: Rect) {
    let pixels = picture.pixels();
    let stride = all.width as usize;
    // SAFETY: the context is current; the row length is the picture's, as the parts lie in it.
    unsafe { gl.pixel_store_i32(glow::UNPACK_ROW_LENGTH, all.width as i32) };
    for part in changed.rects().iter().filter_map(|part| meet(*part, all)) {
        let (x, y) = (part.x as usize, part.y as usize);
        let end = (y + part.height as usize - 1) * stride + x + part.width as usize;
        let part_pixels = &pixels[y * stride + x..end];
        // SAFETY: every number is made of bytes, all of which are set.
        let (_, bytes, _) = unsafe { part_pixels.align_to::<u8>() };
        let data = glow::PixelUnpackData::Slice(Some(bytes));
        let [width, height] = [part.width, part.height].map(|side| side as i32);
        // SAFETY: OpenGL reads `height` rows of `width` pixels, a row length apart: up to the slice's end.
        unsafe {
            let (target, rgba) = (glow::TEXTURE_2D, glow::RGBA);
            gl.tex_sub_image_2d(target, 0, part.x, part.y, width, height, rgba, glow::UNSIGNED_BYTE, data);
        }
    }
    // SAFETY: as above; others count on it.
    unsafe { gl.pixel_store_i32(glow::UNPACK_ROW_LENGTH, 0) };
}
