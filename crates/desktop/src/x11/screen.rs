//! The screen of an X11 desktop: what changed, and its pixels.
//!
//! DAMAGE tells once that the screen is no longer clean; the damaged region is taken and emptied in one step
//! before its pixels are read, so that a change under way is told again and never lost. Between changes the
//! thread sleeps on the connection.

use std::time::{Duration, Instant};

use farhand_proto::screen::{Layout, Picture, Point, PointerShape, Rect, Region, Size};
use x11rb::connection::Connection;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::protocol::damage::{self, ConnectionExt as _, Damage};
use x11rb::protocol::shm::ConnectionExt as _;
use x11rb::protocol::xfixes::{self, ConnectionExt as _};
use x11rb::protocol::xinput::{self, ConnectionExt as _, XIEventMask};
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt as _, EventMask, ImageFormat};

use super::cursor;
use super::devices::select;
use super::link::{Asked, Awake, Link, failed};
use super::monitors::Monitors;
use super::pixels::PixelFormat;
use super::shm::Segment;
use crate::{Changes, OpenError, Screen, ScreenError, Waker};

/// How long a call gathers while changes keep coming.
const GATHER: Duration = Duration::from_millis(2);
/// Without a change for so long, the screen counts as quiet and the next change is told at once.
const QUIET: Duration = Duration::from_millis(10);
/// The most bytes of memory shared with the server; a larger region is read in several steps.
const MAX_SEGMENT: usize = 32 * 1024 * 1024;
/// The most bytes of pixels that one answer carries over the connection.
const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// Watches and reads one X11 screen.
pub(super) struct X11Screen {
    link: Link,
    format: PixelFormat,
    monitors: Monitors,
    layout: Layout,
    source: Source,
    news: News,
    last_told: Option<Instant>,
}

/// Where changes and pixels come from.
enum Source {
    /// DAMAGE, and memory shared with the server where that works.
    Damage { damage: Damage, region: xfixes::Region, segment: Option<Segment> },
    /// Whole frames, compared.
    #[cfg(feature = "scrap")]
    Polling(super::scrap::Poller),
}

/// What the server has told and the caller has not heard.
struct News {
    damage: bool,
    layout: bool,
    everything: bool,
    pointer_shape: bool,
    pointer_at: bool,
    woken: bool,
}

impl News {
    const ALL: Self = Self {
        damage: true,
        layout: true,
        everything: true,
        pointer_shape: true,
        pointer_at: true,
        woken: false,
    };

    fn any(&self) -> bool {
        self.damage || self.layout || self.everything || self.pointer_shape || self.pointer_at || self.woken
    }

    fn take(&mut self) -> Self {
        std::mem::replace(
            self,
            Self {
                damage: false,
                layout: false,
                everything: false,
                pointer_shape: false,
                pointer_at: false,
                woken: false,
            },
        )
    }
}

impl X11Screen {
    /// Watches the screen by DAMAGE.
    pub(super) fn open(link: Link) -> Result<Self, OpenError> {
        link.need_extensions(&[damage::X11_EXTENSION_NAME])?;
        let asked = "tell changes of the screen";
        link.damage_query_version(1, 1).asked::<OpenError>(asked)?.reply().asked::<OpenError>(asked)?;
        let mut screen = Self::prepare(link, |link| {
            let (damage, region) = (
                link.generate_id().map_err(|error| id_error(asked, &error))?,
                link.generate_id().map_err(|error| id_error(asked, &error))?,
            );
            link.xfixes_create_region(region, &[]).asked::<OpenError>(asked)?;
            let created = link.damage_create(damage, link.root(), damage::ReportLevel::NON_EMPTY);
            created.asked::<OpenError>(asked)?.check().asked::<OpenError>(asked)?;
            Ok(Source::Damage { damage, region, segment: None })
        })?;
        screen.share_memory();
        Ok(screen)
    }

    /// Watches the screen by reading all of it again and again.
    #[cfg(feature = "scrap")]
    pub(super) fn open_polling(link: Link) -> Result<Self, OpenError> {
        Self::prepare(link, |_| Ok(Source::Polling(super::scrap::Poller::start()?)))
    }

    fn prepare(
        link: Link,
        source: impl FnOnce(&Link) -> Result<Source, OpenError>,
    ) -> Result<Self, OpenError> {
        link.need_extensions(&[xfixes::X11_EXTENSION_NAME, xinput::X11_EXTENSION_NAME])?;
        let format = PixelFormat::of(&link)?;
        let asked = "tell changes of the pointer";
        link.xfixes_query_version(5, 0).asked::<OpenError>(asked)?.reply().asked::<OpenError>(asked)?;
        link.xfixes_select_cursor_input(link.root(), xfixes::CursorNotifyMask::DISPLAY_CURSOR)
            .asked::<OpenError>(asked)?;
        link.xinput_xi_query_version(2, 2).asked::<OpenError>(asked)?.reply().asked::<OpenError>(asked)?;
        let moves = XIEventMask::RAW_MOTION
            | XIEventMask::RAW_TOUCH_BEGIN
            | XIEventMask::RAW_TOUCH_UPDATE
            | XIEventMask::RAW_TOUCH_END;
        select(&link, xinput::Device::ALL_MASTER, moves).asked::<OpenError>(asked)?;
        let asked = "tell changes of the desktop's size";
        let structure = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
        link.change_window_attributes(link.root(), &structure).asked::<OpenError>(asked)?;
        let mut monitors = Monitors::watch(&link)?;
        let layout = monitors.read(&link)?;
        let source = source(&link)?;
        Ok(Self { link, format, monitors, layout, source, news: News::ALL, last_told: None })
    }

    /// Reads the events that are here.
    fn drain(&mut self) -> Result<(), ScreenError> {
        while let Some(event) = self.link.poll_for_event().asked("tell changes of the screen")? {
            match event {
                Event::DamageNotify(_) => self.news.damage = true,
                Event::XfixesCursorNotify(_) => self.news.pointer_shape = true,
                Event::XinputRawMotion(_)
                | Event::XinputRawTouchBegin(_)
                | Event::XinputRawTouchUpdate(_)
                | Event::XinputRawTouchEnd(_) => self.news.pointer_at = true,
                Event::RandrScreenChangeNotify(_) | Event::RandrNotify(_) | Event::ConfigureNotify(_) => {
                    self.news.layout = true;
                }
                Event::Error(error) => tracing::debug!(?error, "the X server refused a request"),
                _ => {}
            }
        }
        Ok(())
    }

    /// Sleeps until news, until woken or until the deadline.
    fn sleep(&mut self, deadline: Option<Instant>) -> Result<Awake, ScreenError> {
        let awake = self.link.sleep(deadline).asked("tell changes of the screen")?;
        if awake == Awake::Woken {
            self.news.woken = true;
        }
        self.drain()?;
        Ok(awake)
    }

    /// Asks the server what exactly changed.
    fn collect(&mut self) -> Result<Changes, ScreenError> {
        let news = self.news.take();
        let mut changes = Changes { woken: news.woken, ..Changes::default() };
        let mut everything = news.everything;
        if news.layout {
            let layout = self.monitors.read(&self.link)?;
            if layout != self.layout {
                changes.layout = true;
                everything = true;
                self.layout = layout;
                self.share_memory();
            }
        }
        let desktop = Rect::of_size(self.layout.desktop);
        if news.damage || everything {
            changes.damage = self.take_damage()?.clipped(desktop);
        }
        if everything {
            changes.damage = Region::from(desktop);
        }
        if news.pointer_shape {
            changes.pointer_shape = Some(self.pointer_shape()?);
        }
        if news.pointer_at {
            let asked = "tell where the pointer is";
            let at = self.link.query_pointer(self.link.root()).asked(asked)?.reply().asked(asked)?;
            changes.pointer_at = Some(Point { x: at.root_x.into(), y: at.root_y.into() });
        }
        Ok(changes)
    }

    fn take_damage(&mut self) -> Result<Region, ScreenError> {
        match &mut self.source {
            Source::Damage { damage, region, .. } => {
                let asked = "tell what changed on the screen";
                self.link.damage_subtract(*damage, x11rb::NONE, *region).asked(asked)?;
                let fetched = self.link.xfixes_fetch_region(*region).asked(asked)?.reply().asked(asked)?;
                let mut region = Region::new();
                for part in fetched.rectangles {
                    region.add(Rect {
                        x: part.x.into(),
                        y: part.y.into(),
                        width: part.width.into(),
                        height: part.height.into(),
                    });
                }
                Ok(region)
            }
            #[cfg(feature = "scrap")]
            Source::Polling(poller) => poller.take_damage(&self.layout, self.format),
        }
    }

    fn pointer_shape(&self) -> Result<PointerShape, ScreenError> {
        let asked = "show the pointer";
        match self.link.xfixes_get_cursor_image().asked(asked)?.reply() {
            Ok(image) => Ok(cursor::shape(&image)),
            Err(ReplyError::X11Error(_)) => Ok(cursor::arrow()),
            Err(error) => Err(failed(asked, error)),
        }
    }

    /// When the source has to be asked without any event, if ever.
    fn next_look(&self) -> Option<Instant> {
        match &self.source {
            Source::Damage { .. } => None,
            #[cfg(feature = "scrap")]
            Source::Polling(poller) => Some(poller.next_frame()),
        }
    }

    /// Fits the memory shared with the server to the desktop.
    fn share_memory(&mut self) {
        let desktop = self.layout.desktop;
        let wanted = usize::try_from(desktop.area() * 4).unwrap_or(usize::MAX).min(MAX_SEGMENT);
        match &mut self.source {
            Source::Damage { segment, .. } => {
                if segment.as_ref().is_some_and(|segment| segment.bytes() >= wanted) {
                    return;
                }
                if let Some(old) = segment.take() {
                    // Should the server refuse, it only keeps the memory for longer.
                    drop(self.link.shm_detach(old.id()));
                }
                *segment = Segment::share(&self.link, wanted);
            }
            #[cfg(feature = "scrap")]
            Source::Polling(_) => {}
        }
    }
}

impl Screen for X11Screen {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn waker(&self) -> Waker {
        self.link.waker()
    }

    fn wait(&mut self, timeout: Duration) -> Result<Changes, ScreenError> {
        let start = Instant::now();
        let deadline = start.checked_add(timeout);
        self.news.woken |= self.link.take_wake();
        loop {
            // Also after a collection that gave nothing: the server's answers may have brought further news.
            self.drain()?;
            if !self.news.any() {
                let look = self.next_look();
                let awake = self.sleep([deadline, look].into_iter().flatten().min())?;
                if awake == Awake::Timeout && look.is_some_and(|look| look <= Instant::now()) {
                    self.news.damage = true;
                }
            }
            if self.news.any() {
                self.gather()?;
                let changes = self.collect()?;
                if !changes.is_empty() {
                    self.last_told = Some(Instant::now());
                    return Ok(changes);
                }
            }
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Ok(Changes::default());
            }
        }
    }

    fn grab(&mut self, area: Rect, region: &Region, picture: &mut Picture) -> Result<(), ScreenError> {
        if picture.size() != area.size() {
            return Err(ScreenError::WrongPicture { picture: picture.size(), area });
        }
        let desktop = Rect::of_size(self.layout.desktop);
        let parts = region
            .rects()
            .iter()
            .map(|rect| rect.intersection(area).intersection(desktop))
            .filter(|rect| !rect.is_empty());
        let grabbed = match &self.source {
            Source::Damage { segment: Some(segment), .. } => {
                let bands = parts.flat_map(|rect| bands(rect, segment.bytes())).collect::<Vec<_>>();
                grab_shared(&self.link, self.format, segment, &bands, area, picture)?
            }
            Source::Damage { segment: None, .. } => {
                let bands = parts.flat_map(|rect| bands(rect, MAX_ANSWER)).collect::<Vec<_>>();
                grab_sent(&self.link, self.format, &bands, area, picture)?
            }
            #[cfg(feature = "scrap")]
            Source::Polling(poller) => {
                for rect in parts {
                    poller.copy_out(rect, area, picture);
                }
                Grabbed::All
            }
        };
        if grabbed == Grabbed::Shrunk {
            self.news.layout = true;
            self.news.everything = true;
        }
        Ok(())
    }
}

impl X11Screen {
    /// Lets more of a stream of changes arrive before they are told together.
    fn gather(&mut self) -> Result<(), ScreenError> {
        let now = Instant::now();
        if self.news.woken || self.last_told.is_none_or(|told| told + QUIET <= now) {
            return Ok(());
        }
        let until = now + GATHER;
        while !self.news.woken && self.sleep(Some(until))? != Awake::Timeout {}
        Ok(())
    }
}

impl Drop for X11Screen {
    fn drop(&mut self) {
        if let Source::Damage { segment: Some(segment), .. } = &self.source {
            // The server may be gone; then so is its side of the memory.
            drop(self.link.shm_detach(segment.id()));
            drop(self.link.flush());
        }
    }
}

/// Whether all pixels asked for were there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grabbed {
    All,
    /// The screen is smaller by now than was thought.
    Shrunk,
}

/// Reads rectangles through shared memory: as many at a time as fit, with one wait for all of them.
fn grab_shared(
    link: &Link,
    format: PixelFormat,
    segment: &Segment,
    rects: &[Rect],
    area: Rect,
    picture: &mut Picture,
) -> Result<Grabbed, ScreenError> {
    let asked = "show its pixels";
    let mut grabbed = Grabbed::All;
    let mut rest = rects;
    while !rest.is_empty() {
        let (mut used, mut asked_for) = (0, Vec::new());
        while let [rect, others @ ..] = rest {
            let bytes = bytes_of(rect.size());
            if used + bytes > segment.bytes() {
                break;
            }
            let (x, y, width, height) = as_wire(*rect);
            let offset = u32::try_from(used).unwrap_or(u32::MAX);
            let format = ImageFormat::Z_PIXMAP.into();
            let cookie =
                link.shm_get_image(link.root(), x, y, width, height, u32::MAX, format, segment.id(), offset);
            asked_for.push((*rect, used, cookie.asked::<ScreenError>(asked)?));
            used += bytes;
            rest = others;
        }
        if asked_for.is_empty() {
            // A single row wider than the segment can't be: the segment holds a desktop or 32 MiB.
            return Ok(Grabbed::Shrunk);
        }
        for (rect, offset, cookie) in asked_for {
            match cookie.reply() {
                Ok(_) => {
                    let mut offset = offset;
                    for y in rect.y..rect.bottom() {
                        let row = picture.row_mut(rect.x.abs_diff(area.x), y.abs_diff(area.y), rect.width);
                        segment.copy_out(offset, row);
                        format.decode(row);
                        offset += size_of_val(row);
                    }
                }
                Err(ReplyError::X11Error(_)) => grabbed = Grabbed::Shrunk,
                Err(error) => return Err(failed(asked, error)),
            }
        }
    }
    Ok(grabbed)
}

/// Reads rectangles over the connection, two at a time on their way.
fn grab_sent(
    link: &Link,
    format: PixelFormat,
    rects: &[Rect],
    area: Rect,
    picture: &mut Picture,
) -> Result<Grabbed, ScreenError> {
    let asked = "show its pixels";
    let ask = |rect: &Rect| {
        let (x, y, width, height) = as_wire(*rect);
        link.get_image(ImageFormat::Z_PIXMAP, link.root(), x, y, width, height, u32::MAX).asked(asked)
    };
    let mut grabbed = Grabbed::All;
    let mut next = rects.first().map(ask).transpose()?;
    for (index, rect) in rects.iter().enumerate() {
        let following = rects.get(index + 1).map(ask).transpose()?;
        let Some(cookie) = std::mem::replace(&mut next, following) else { break };
        match cookie.reply() {
            Ok(image) => {
                let rows = image.data.chunks_exact(rect.width as usize * 4);
                for (y, bytes) in (rect.y..rect.bottom()).zip(rows) {
                    let row = picture.row_mut(rect.x.abs_diff(area.x), y.abs_diff(area.y), rect.width);
                    for (pixel, bytes) in row.iter_mut().zip(bytes.as_chunks::<4>().0) {
                        *pixel = u32::from_ne_bytes(*bytes);
                    }
                    format.decode(row);
                }
            }
            Err(ReplyError::X11Error(_)) => grabbed = Grabbed::Shrunk,
            Err(error) => return Err(failed(asked, error)),
        }
    }
    Ok(grabbed)
}

/// A rectangle cut into bands of whole rows that hold at most so many bytes each.
fn bands(rect: Rect, most: usize) -> impl Iterator<Item = Rect> {
    let rows = u32::try_from(most / (rect.width as usize * 4)).unwrap_or(u32::MAX).max(1);
    (0..rect.height).step_by(rows as usize).map(move |top| Rect {
        y: rect.y.saturating_add_unsigned(top),
        height: rows.min(rect.height - top),
        ..rect
    })
}

fn bytes_of(size: Size) -> usize {
    size.width as usize * size.height as usize * 4
}

/// A rectangle of an acceptable desktop as X11 writes it.
fn as_wire(rect: Rect) -> (i16, i16, u16, u16) {
    let place = |at: i32| i16::try_from(at).unwrap_or(i16::MAX);
    let length = |length: u32| u16::try_from(length).unwrap_or(u16::MAX);
    (place(rect.x), place(rect.y), length(rect.width), length(rect.height))
}

fn id_error(what: &'static str, error: &x11rb::errors::ReplyOrIdError) -> OpenError {
    OpenError::Screen(ScreenError::Server { what, reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_cover_a_rectangle_without_overlap() {
        let rect = Rect { x: 5, y: 7, width: 100, height: 25 };
        let cut = bands(rect, 100 * 4 * 10 + 399).collect::<Vec<_>>();
        let expected = [(7, 10), (17, 10), (27, 5)];
        assert_eq!(cut.iter().map(|band| (band.y, band.height)).collect::<Vec<_>>(), expected);
        assert!(cut.iter().all(|band| (band.x, band.width) == (5, 100)));
    }
}
