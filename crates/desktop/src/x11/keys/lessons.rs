//! Changing what keys do, with as few changes of the map as can be.
//!
//! Every change of the map is told to all programs, and each works it off: window managers take all their keys anew,
//! which costs some of them a tenth of a second. So many keys are taught by one request that spans them; what lies
//! between is sent again as it is. The server is held meanwhile, so that nobody changes that in between.

use std::collections::BTreeMap;

use x11rb::connection::Connection as _;
use x11rb::protocol::xinput::{self, ConnectionExt as _};
use x11rb::protocol::xkb::{self, ConnectionExt as _, KeySymMap};
use x11rb::protocol::xproto::ConnectionExt as _;

use super::super::link::{Asked as _, Link};
use super::keymap::Keycode;
use super::server::CORE_KEYBOARD;
use super::spares::Lesson;
use crate::InjectError;

const ASKED: &str = "teach the keyboard a character";

/// Teaches keys, and waits until the server has taken it in.
pub(super) fn teach(link: &Link, lessons: &[Lesson]) -> Result<(), InjectError> {
    let entries = lessons.iter().map(|lesson| (lesson.keycode, entry(lesson))).collect::<BTreeMap<_, _>>();
    if runs(&entries).len() > 1 {
        let held = Held::hold(link)?;
        if let Some((first, span)) = held.span(&entries)? {
            match send(link, first, span) {
                // It finds fault with a key in between that it made itself.
                Err(InjectError::Server { reason, .. }) => {
                    tracing::debug!(reason, "the keys are taught one after another");
                }
                done => return done,
            }
        }
    }
    runs(&entries).into_iter().try_for_each(|(first, run)| send(link, first, run))
}

fn entry(lesson: &Lesson) -> KeySymMap {
    let count = u8::try_from(lesson.symbols.len()).unwrap_or(0);
    KeySymMap {
        kt_index: [lesson.kind, 0, 0, 0],
        group_info: u8::from(count > 0),
        width: count,
        syms: lesson.symbols.clone(),
    }
}

/// Keys next to each other.
fn runs(entries: &BTreeMap<Keycode, KeySymMap>) -> Vec<(Keycode, Vec<KeySymMap>)> {
    let mut runs: Vec<(Keycode, Vec<KeySymMap>)> = Vec::new();
    for (keycode, entry) in entries {
        match runs.last_mut() {
            Some((first, run)) if usize::from(*first) + run.len() == usize::from(*keycode) => {
                run.push(entry.clone());
            }
            _ => runs.push((*keycode, vec![entry.clone()])),
        }
    }
    runs
}

/// The server answers nobody else. Dropping it lets go.
struct Held<'a>(&'a Link);

impl<'a> Held<'a> {
    fn hold(link: &'a Link) -> Result<Self, InjectError> {
        link.grab_server().asked::<InjectError>(ASKED)?.ignore_error();
        Ok(Self(link))
    }

    /// The entries, and between them what is there; `None` where it is not the same on all keyboards.
    fn span(
        &self,
        entries: &BTreeMap<Keycode, KeySymMap>,
    ) -> Result<Option<(Keycode, Vec<KeySymMap>)>, InjectError> {
        let (Some((first, _)), Some((last, _))) = (entries.first_key_value(), entries.last_key_value())
        else {
            return Ok(None);
        };
        let mut maps = self.maps(*first, *last)?.into_iter();
        let Some(Some(mut span)) = maps.next() else { return Ok(None) };
        let is_between = |index: &usize| !entries.keys().any(|key| usize::from(key - first) == *index);
        for other in maps {
            let Some(other) = other.filter(|other| other.len() == span.len()) else { return Ok(None) };
            if (0..span.len()).filter(is_between).any(|index| !is_alike(&span[index], &other[index])) {
                return Ok(None);
            }
        }
        for (keycode, entry) in entries {
            let Some(place) = span.get_mut(usize::from(keycode - first)) else { return Ok(None) };
            *place = entry.clone();
        }
        Ok(Some((*first, span)))
    }

    /// What these keys do on each keyboard that the change reaches; `None` for one that does not tell.
    fn maps(&self, first: Keycode, last: Keycode) -> Result<Vec<Option<Vec<KeySymMap>>>, InjectError> {
        let link = self.0;
        let devices = link.xinput_xi_query_device(xinput::Device::ALL).asked::<InjectError>(ASKED)?;
        let devices = devices.reply().asked::<InjectError>(ASKED)?.infos;
        let keyboards = devices.iter().filter(|device| device.type_ == xinput::DeviceType::SLAVE_KEYBOARD);
        let keyboards = [CORE_KEYBOARD].into_iter().chain(keyboards.map(|device| device.deviceid));
        let (none, count) = (xkb::MapPart::from(0u8), last - first + 1);
        let asked = keyboards.map(|device| {
            let symbols = xkb::MapPart::KEY_SYMS;
            link.xkb_get_map(
                device,
                none,
                symbols,
                0,
                0,
                first,
                count,
                0,
                0,
                0,
                0,
                0u16.into(),
                0,
                0,
                0,
                0,
                0,
                0,
            )
            .asked::<InjectError>(ASKED)
        });
        let asked = asked.collect::<Result<Vec<_>, _>>()?;
        let map = |reply: xkb::GetMapReply| {
            let symbols = reply.map.syms_rtrn.filter(|symbols| symbols.len() == usize::from(count));
            symbols.filter(|_| reply.first_key_sym == first)
        };
        Ok(asked.into_iter().map(|asked| asked.reply().ok().and_then(map)).collect())
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // A connection that broke holds nothing any more.
        if let Ok(sent) = self.0.ungrab_server() {
            sent.ignore_error();
        }
        let _ = self.0.flush();
    }
}

/// Whether two keys do the same, whatever is said of groups that they don't have.
fn is_alike(one: &KeySymMap, other: &KeySymMap) -> bool {
    let kinds = |entry: &KeySymMap| entry.kt_index.into_iter().take(usize::from(entry.group_info & 0x0f));
    one.group_info == other.group_info && one.syms == other.syms && kinds(one).eq(kinds(other))
}

/// Changes what keys from `first` on do.
fn send(link: &Link, first: Keycode, entries: Vec<KeySymMap>) -> Result<(), InjectError> {
    let (least, most) = (link.setup().min_keycode, link.setup().max_keycode);
    let keys = u8::try_from(entries.len()).unwrap_or(u8::MAX);
    let symbols = entries.iter().map(|entry| entry.syms.len()).sum::<usize>();
    let symbols = u16::try_from(symbols).unwrap_or(u16::MAX);
    let flags = xkb::SetMapFlags::from(0u8);
    let map = xkb::SetMapAux::new().syms(entries);
    link.xkb_set_map(
        CORE_KEYBOARD,
        flags,
        least,
        most,
        0,
        0,
        first,
        keys,
        symbols,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0u16.into(),
        &map,
    )
    .asked::<InjectError>(ASKED)?
    .check()
    .asked::<InjectError>(ASKED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_next_to_each_other_are_one_run() {
        let lesson = |keycode| Lesson { keycode, kind: 3, symbols: vec![u32::from(keycode); 2] };
        let entries = [93, 183, 184, 185, 202].map(|keycode| (keycode, entry(&lesson(keycode))));
        let runs = runs(&entries.into_iter().collect());
        let found = runs.iter().map(|(first, run)| (*first, run.len())).collect::<Vec<_>>();
        assert_eq!(found, [(93, 1), (183, 3), (202, 1)]);
        assert_eq!(runs[1].1[2].syms, [185, 185]);
    }

    #[test]
    fn what_is_said_of_groups_that_a_key_lacks_does_not_count() {
        let lesson = Lesson { keycode: 93, kind: 3, symbols: vec![1, 2] };
        let one = entry(&lesson);
        assert!(is_alike(&one, &KeySymMap { kt_index: [3, 9, 9, 9], ..one.clone() }));
        assert!(!is_alike(&one, &KeySymMap { kt_index: [2, 0, 0, 0], ..one.clone() }));
        assert!(!is_alike(&one, &KeySymMap { syms: vec![1, 3], ..one.clone() }));
        assert!(!is_alike(&one, &KeySymMap { group_info: 0x41, ..one.clone() }));
    }
}
