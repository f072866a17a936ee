//! What the console prints: words for a person, or JSON lines for a script.

use std::io::Write as _;
use std::path::Path;
use std::sync::OnceLock;

use farhand_peer::console::ConsoleEvent;
use farhand_proto::screen::{Layout, Part, Rect, Size, View};
use farhand_proto::transfer::ItemKind;
use farhand_seal::{Language, SpokenWords};
use farhand_session::{ConsoleEvent as Session, FileEvent};
use farhand_transport::dial::AttemptError;
use farhand_transport::survey::{Finding, Survey};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::picture;

/// Prints what happens in a session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Say {
    pub(crate) json: bool,
}

impl Say {
    fn print(self, words: &str, json: impl FnOnce() -> Value) {
        if self.json {
            print_line(format_args!("{}", json()));
        } else {
            eprintln!("{words}");
        }
    }

    /// What the connection test has found: the whole of it is the answer, so it goes to standard output.
    pub(crate) fn survey(self, survey: &Survey) {
        if !self.json {
            return print_line(format_args!("{}", survey.to_string().trim_end()));
        }
        let hosts = survey.hosts.iter().map(|(host, found)| match found {
            Ok(addresses) => json!({"host": host, "addresses": addresses}),
            Err(why) => json!({"host": host, "error": why}),
        });
        let proxies = survey.routes.iter().map(|(host, route)| {
            json!({
                "host": host,
                "proxies": route.proxies.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "origin": route.origin.to_string(),
                "error": route.trouble.as_ref().map(ToString::to_string),
            })
        });
        let lines = survey.lines.iter().map(|(host, measured)| {
            json!({
                "host": host,
                "round_trip_ms": measured.round_trip.as_secs_f64() * 1000.0,
                "bytes_per_second": measured.rate,
                "clock_ms": measured.clock,
            })
        });
        let ways = survey.ways.iter().map(|Finding { rung, result }| {
            let mut way = json!({
                "way": rung.to_string(),
                "encapsulation": rung.encapsulation.name(),
                "host": rung.target.host,
                "port": rung.target.port,
                "proxy": rung.proxy.as_ref().map(ToString::to_string),
            });
            match result {
                Ok(reached) => {
                    way["ms"] = json!(reached.took.as_millis() as u64);
                    way["issuer"] = json!(reached.issuer);
                }
                Err(AttemptError::Proxy(_, error)) => way["error"] = json!(error.to_string()),
                Err(error) => way["error"] = json!(error.to_string()),
            }
            way
        });
        let event = json!({
            "event": "test",
            "hosts": hosts.collect::<Vec<_>>(),
            "proxies": proxies.collect::<Vec<_>>(),
            "lines": lines.collect::<Vec<_>>(),
            "ways": ways.collect::<Vec<_>>(),
            "verdict": survey.verdict().to_string(),
            "firewall": survey.firewall_list(),
        });
        print_line(format_args!("{event}"));
    }

    /// The seal stands.
    pub(crate) fn sealed(self, organisation: &str, words: SpokenWords, language: Language) {
        let [first, second] = words.in_language(language);
        self.print(
            &format!("Connected through {organisation}. Words to compare on the phone: {first} {second}"),
            || {
                let words = [first, second];
                json!({"event": "sealed", "organisation": organisation, "words": words, "language": language.code()})
            },
        );
    }

    /// Something happened in the session that a person should know.
    pub(crate) fn event(self, event: &ConsoleEvent) {
        match event {
            ConsoleEvent::Session(Session::Asking(timeout)) => self.print(
                &format!("The customer is being asked and has {} s.", timeout.as_secs()),
                || json!({"event": "asking", "timeout_ms": timeout.as_millis() as u64}),
            ),
            ConsoleEvent::Session(Session::Allowed(grants)) => self.print(
                &format!("Allowed now: {grants}"),
                || json!({"event": "allowed", "grants": grants.to_string()}),
            ),
            ConsoleEvent::Session(Session::Screen { layout, view, area }) => {
                self.screen(layout, *view, *area);
            }
            ConsoleEvent::Session(Session::Paused(paused)) => self.print(
                if *paused { "The customer has paused the session." } else { "The session goes on." },
                || json!({"event": "paused", "paused": paused}),
            ),
            ConsoleEvent::Session(Session::Answering(answers)) => self.print(
                if *answers {
                    "The customer's desktop answers again."
                } else {
                    "The customer's desktop does not answer; nobody knows what it shows. Acts wait."
                },
                || json!({"event": "answering", "answers": answers}),
            ),
            ConsoleEvent::Session(Session::Holding(held)) => self.print(
                if *held {
                    "The customer uses their own mouse or keyboard; yours wait."
                } else {
                    "Your mouse and keyboard work again."
                },
                || json!({"event": "holding", "held": held}),
            ),
            // For people the failure of the step says it.
            ConsoleEvent::Session(Session::Undone { number, why }) if self.json => print_line(format_args!(
                "{}",
                json!({"event": "undone", "act": number, "reason": why.to_string()})
            )),
            ConsoleEvent::Session(Session::Lost) => {
                self.print(
                    "The line is lost and the picture old from here on; looking for another line.",
                    || json!({"event": "lost"}),
                );
            }
            ConsoleEvent::Session(Session::Found) => {
                self.print("The line is back.", || json!({"event": "found"}));
            }
            ConsoleEvent::Retrying { attempt } => self.print(
                &format!("Still no line; try {attempt}."),
                || json!({"event": "retrying", "attempt": attempt}),
            ),
            ConsoleEvent::Direct(direct) => self.print(
                if *direct {
                    "The session goes straight to the customer's computer."
                } else {
                    "The session goes through the relay again."
                },
                || json!({"event": "direct", "direct": direct}),
            ),
            ConsoleEvent::RelayStopping => self.print(
                "The relay is being stopped; the session will look for another line.",
                || json!({"event": "relay_stopping"}),
            ),
            ConsoleEvent::Ended(end) => self.print(
                &format!("The session is over: {end}."),
                || json!({"event": "ended", "reason": end.to_string()}),
            ),
            ConsoleEvent::Session(Session::Said(text)) => {
                self.print(
                    &format!("The customer says: {text}"),
                    || json!({"event": "said", "text": &**text}),
                );
            }
            ConsoleEvent::Session(Session::File(event)) => self.file(event),
            ConsoleEvent::Progress(progress) if self.json => print_line(format_args!(
                "{}",
                json!({
                    "event": "progress",
                    "files_done": progress.files_done,
                    "files": progress.files,
                    "bytes_done": progress.bytes_done,
                    "bytes": progress.bytes,
                })
            )),
            ConsoleEvent::Session(_) | ConsoleEvent::Progress(_) => {}
        }
    }

    fn file(self, event: &FileEvent) {
        match event {
            FileEvent::Begun { files, bytes } => self.print(
                &format!("{files} files, {bytes} bytes."),
                || json!({"event": "files_begin", "files": files, "bytes": bytes}),
            ),
            FileEvent::Stored { kind: ItemKind::Folder, .. } => {}
            FileEvent::Stored { path, place, .. } => self.print(
                &format!("{path}: arrived as {place}"),
                || json!({"event": "stored", "path": &**path, "place": &**place}),
            ),
            FileEvent::NotStored { path, why, .. } => self.print(
                &format!("{path}: {why}"),
                || json!({"event": "not_stored", "path": &**path, "reason": why.to_string()}),
            ),
            FileEvent::Unfinished { path, .. } => self.print(
                &format!("{path}: stopped on the way"),
                || json!({"event": "unfinished", "path": &**path}),
            ),
            // For people the failure of the step says it.
            FileEvent::Over(result) if self.json => {
                let reason = result.as_ref().err().map(ToString::to_string);
                print_line(format_args!("{}", json!({"event": "files_over", "reason": reason})));
            }
            _ => {}
        }
    }

    /// What the customer copied, asked for.
    pub(crate) fn clipboard(self, text: &str) {
        if self.json {
            print_line(format_args!("{}", json!({"event": "clipboard", "text": text})));
        } else {
            print_line(format_args!("{text}"));
        }
    }

    fn screen(self, layout: &Layout, view: View, area: Rect) {
        let words = format!("The picture shows {} x {} pixels.", area.width, area.height);
        self.print(&words, || {
            json!({
                "event": "screen",
                "desktop": [layout.desktop.width, layout.desktop.height],
                "area": [area.x, area.y, area.width, area.height],
                "watching": watching(view),
                "colours": view.colours.name(),
                "monitors": monitors(layout),
            })
        });
    }

    /// A step is done.
    pub(crate) fn step(self, number: usize, name: &str) {
        if self.json {
            print_line(format_args!("{}", json!({"event": "step", "number": number, "name": name})));
        }
    }

    /// A picture was saved.
    pub(crate) fn picture(self, file: &Path, size: Size) {
        let Size { width, height } = size;
        let place = picture::place(file);
        self.print(
            &format!("Saved {width} x {height} pixels to {place}"),
            || json!({"event": "picture", "file": place, "width": width, "height": height}),
        );
    }

    /// The monitors, asked for.
    pub(crate) fn monitors(self, layout: &Layout) {
        if self.json {
            print_line(format_args!("{}", json!({"event": "monitors", "monitors": monitors(layout)})));
            return;
        }
        for monitor in layout.monitors.iter() {
            let area = monitor.area;
            let primary = if monitor.primary { "  primary" } else { "" };
            print_line(format_args!(
                "{:>3}  {:12}  {} x {} at {},{}{primary}",
                monitor.id.0, &*monitor.name, area.width, area.height, area.x, area.y
            ));
        }
    }

    /// Why the command fails.
    pub(crate) fn failure(self, failure: &Failure) {
        self.print(&format!("farhand-operator: {failure}"), || {
            let mut event =
                json!({"event": "failed", "error": failure.to_string(), "exit_code": failure.exit_code()});
            if let Some(line) = failure.line() {
                event["line"] = json!(line);
            }
            event
        });
    }
}

fn watching(view: View) -> Value {
    match view.part {
        Part::Desktop => json!("all"),
        Part::Monitor(id) => json!(id.0),
    }
}

fn monitors(layout: &Layout) -> Value {
    let monitors = layout.monitors.iter().map(|monitor| {
        json!({
            "id": monitor.id.0,
            "name": &*monitor.name,
            "area": [monitor.area.x, monitor.area.y, monitor.area.width, monitor.area.height],
            "primary": monitor.primary,
            "rotation": format!("{:?}", monitor.rotation).to_lowercase(),
        })
    });
    monitors.collect()
}

/// Why standard output did not take a line.
static UNPRINTED: OnceLock<std::io::Error> = OnceLock::new();

/// Why something that was printed did not arrive, if it did not: at the end a script has to know. A reader that has gone
/// away, such as `head`, had enough.
pub(crate) fn unprinted() -> Option<&'static std::io::Error> {
    UNPRINTED.get().filter(|error| error.kind() != std::io::ErrorKind::BrokenPipe)
}

/// Prints a line. That it can't be is no reason to stop what is going on.
fn print_line(line: std::fmt::Arguments<'_>) {
    if let Err(error) = writeln!(std::io::stdout(), "{line}") {
        let _ = UNPRINTED.set(error);
    }
}
