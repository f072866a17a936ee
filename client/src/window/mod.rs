//! The client's window, for the person at the desktop.
//!
//! `model` says what is shown, `screens` and `bar` draw it and give back what the person wants, `app` carries that out,
//! `link` is the client behind it on a thread of its own. Drawing is a pure function of the model; see [`pictures`].

mod app;
mod bar;
mod carried;
mod hands;
mod hot_key;
mod link;
mod model;
mod parts;
pub mod pictures;
mod receipt;
mod report;
mod save;
mod screens;
mod size;
#[cfg(test)]
mod tests;
mod tray;
mod trouble;
mod words;

use std::process::ExitCode;

use farhand_desktop::{GenuinePresses, OpenError};
use jiff::tz::TimeZone;

use crate::NO_DESKTOP;
use crate::options::Options;
use crate::say::Say;
use app::{ClientApp, Message};
use hands::Hands;
use link::{Link, Offer};
use model::{Cannot, Model, Stage};
use words::Words;

/// The program's name for the desktop.
const PROGRAM: &str = "farhand-client";

/// Opens the window and runs until it is closed.
pub(crate) fn run(options: &Options) -> ExitCode {
    let desktop = options.desktop();
    let words = Words::new(options.language().code(), TimeZone::system());
    let (presses, cannot) = match ready(options) {
        Ok(presses) => (Some(presses), None),
        Err(OpenError::NoDisplay) => {
            eprintln!("farhand-client: {}", OpenError::NoDisplay);
            return ExitCode::from(NO_DESKTOP);
        }
        Err(OpenError::Wayland) => (None, Some(Cannot::Wayland)),
        Err(error) => (None, Some(Cannot::Desktop(words.no_desktop(&error)))),
    };
    let is_possible = cannot.is_none();
    let make = |proxy: farhand_window::Proxy<Message>| {
        let mut model = Model::new();
        let link = match cannot {
            Some(cannot) => {
                model.stage = Stage::Cannot(cannot);
                None
            }
            None => {
                let offer = Offer {
                    way: options.way(),
                    language: options.language(),
                    desktop: desktop.clone(),
                    say: options.json.then(|| Say::new(true)),
                };
                Some(Link::start(offer, proxy.clone()))
            }
        };
        ClientApp::new(model, words, link, Hands::new(presses), desktop.display.clone(), proxy)
    };
    match farhand_window::run(PROGRAM, farhand_window::system_theme(), make) {
        Ok(()) if is_possible => ExitCode::SUCCESS,
        Ok(()) => ExitCode::from(NO_DESKTOP),
        Err(error) => {
            eprintln!("farhand-client: {error}");
            ExitCode::from(NO_DESKTOP)
        }
    }
}

/// Whether this desktop can be shown and asked: both have to be known before anybody is given a number.
fn ready(options: &Options) -> Result<GenuinePresses, OpenError> {
    farhand_desktop::open(&options.desktop())?;
    GenuinePresses::open(options.desktop().display.as_deref())
}
