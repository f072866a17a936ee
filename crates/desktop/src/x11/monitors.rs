//! The monitors of an X11 desktop, through RANDR.

use farhand_proto::bounded::{List, Text};
use farhand_proto::limits;
use farhand_proto::screen::{Layout, Monitor, MonitorId, Rect, Rotation, Size};
use x11rb::protocol::randr::{self, ConnectionExt as _};
use x11rb::protocol::xproto::ConnectionExt as _;

use super::link::{Asked, Link};
use crate::ScreenError;

/// Reads the layout, and keeps a monitor's id while its name stays.
pub(super) struct Monitors {
    has_randr: bool,
    names: Vec<String>,
}

impl Monitors {
    /// Asks to be told of every change that can move or resize a monitor.
    pub(super) fn watch(link: &Link) -> Result<Self, ScreenError> {
        let has_randr = link.has_extension(randr::X11_EXTENSION_NAME)? && Self::select(link)?;
        Ok(Self { has_randr, names: Vec::new() })
    }

    fn select(link: &Link) -> Result<bool, ScreenError> {
        let version = link.randr_query_version(1, 5).asked("tell its version of RANDR")?;
        let version = version.reply().asked("tell its version of RANDR")?;
        if (version.major_version, version.minor_version) < (1, 5) {
            return Ok(false);
        }
        let events = randr::NotifyMask::SCREEN_CHANGE
            | randr::NotifyMask::CRTC_CHANGE
            | randr::NotifyMask::OUTPUT_CHANGE
            | randr::NotifyMask::RESOURCE_CHANGE;
        link.randr_select_input(link.root(), events).asked("tell changes of monitors")?;
        Ok(true)
    }

    /// The layout as it is now.
    pub(super) fn read(&mut self, link: &Link) -> Result<Layout, ScreenError> {
        let asked = "tell the desktop's size";
        let root = link.get_geometry(link.root()).asked(asked)?.reply().asked(asked)?;
        let desktop = Size { width: root.width.into(), height: root.height.into() };
        if !desktop.is_acceptable() {
            return Err(ScreenError::TooLarge(desktop));
        }
        let monitors = if self.has_randr { self.read_monitors(link, desktop)? } else { Vec::new() };
        Ok(Layout { monitors: List::truncated(monitors), desktop })
    }

    fn read_monitors(&mut self, link: &Link, desktop: Size) -> Result<Vec<Monitor>, ScreenError> {
        let asked = "list the monitors";
        let found = link.randr_get_monitors(link.root(), true).asked(asked)?.reply().asked(asked)?;
        let mut monitors = Vec::new();
        for info in found.monitors.iter().take(limits::MAX_MONITORS) {
            let area = Rect {
                x: info.x.into(),
                y: info.y.into(),
                width: info.width.into(),
                height: info.height.into(),
            };
            if area.intersection(Rect::of_size(desktop)).is_empty() {
                continue;
            }
            let name = link.get_atom_name(info.name).asked(asked)?.reply().asked(asked)?.name;
            let name = String::from_utf8_lossy(&name).into_owned();
            monitors.push(Monitor {
                id: self.id_of(&name),
                name: Text::truncated(&name),
                area,
                primary: info.primary,
                rotation: rotation(link, info, found.timestamp)?,
            });
        }
        Ok(monitors)
    }

    /// The id of a name: the same for as long as the desktop is open, also when a monitor comes back.
    fn id_of(&mut self, name: &str) -> MonitorId {
        let index = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        MonitorId(u32::try_from(index + 1).unwrap_or(u32::MAX))
    }
}

/// How the first output of a monitor is turned. An output that vanished meanwhile counts as upright: the next
/// change is on its way.
fn rotation(link: &Link, info: &randr::MonitorInfo, timestamp: u32) -> Result<Rotation, ScreenError> {
    let asked = "tell a monitor's rotation";
    let Some(output) = info.outputs.first() else { return Ok(Rotation::Normal) };
    let Some(output) = unless_vanished(link.randr_get_output_info(*output, timestamp).asked(asked)?.reply())?
    else {
        return Ok(Rotation::Normal);
    };
    if output.crtc == x11rb::NONE {
        return Ok(Rotation::Normal);
    }
    let crtc = unless_vanished(link.randr_get_crtc_info(output.crtc, timestamp).asked(asked)?.reply())?;
    let turned = crtc.map_or(randr::Rotation::ROTATE0, |crtc| crtc.rotation);
    Ok(as_turned(turned))
}

/// RANDR counts its turns against the clock.
fn as_turned(turned: randr::Rotation) -> Rotation {
    if turned.contains(randr::Rotation::ROTATE90) {
        Rotation::Left
    } else if turned.contains(randr::Rotation::ROTATE180) {
        Rotation::Inverted
    } else if turned.contains(randr::Rotation::ROTATE270) {
        Rotation::Right
    } else {
        Rotation::Normal
    }
}

fn unless_vanished<T>(reply: Result<T, x11rb::errors::ReplyError>) -> Result<Option<T>, ScreenError> {
    match reply {
        Ok(reply) => Ok(Some(reply)),
        Err(x11rb::errors::ReplyError::X11Error(_)) => Ok(None),
        Err(error) => Err(super::link::failed("tell a monitor's rotation", error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_keep_their_direction_also_when_mirrored() {
        assert_eq!(as_turned(randr::Rotation::ROTATE0), Rotation::Normal);
        assert_eq!(as_turned(randr::Rotation::ROTATE90), Rotation::Left);
        assert_eq!(as_turned(randr::Rotation::ROTATE180 | randr::Rotation::REFLECT_X), Rotation::Inverted);
        assert_eq!(as_turned(randr::Rotation::ROTATE270), Rotation::Right);
    }
}
