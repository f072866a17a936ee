//! What the headless client prints: words for a person, or JSON lines for a script.

use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use farhand_peer::client::{Decided, Decision, Event, Fate, FileRecord, Receipt};
use farhand_proto::bounded::Shown;
use farhand_proto::limits::MAX_PATH;
use farhand_proto::transfer::ItemKind;
use farhand_session::{Direction, FileEvent};
use serde_json::{Value, json};

/// Prints events.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Say {
    json: bool,
}

impl Say {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    pub(crate) fn event(self, event: &Event) {
        if self.json {
            print_line(format_args!("{}", as_json(event)));
        } else {
            print_line(format_args!("{}", as_words(event)));
        }
    }

    pub(crate) fn bad_command(self, line: &str, error: &str) {
        if self.json {
            print_line(format_args!("{}", json!({"event": "bad_command", "line": line, "error": error})));
        } else {
            print_line(format_args!("{line:?} is not a command; {error}"));
        }
    }

    pub(crate) fn stopped(self) {
        if self.json {
            print_line(format_args!("{}", json!({"event": "stopped"})));
        } else {
            print_line(format_args!("Stopped. Nothing is left on this computer; you can delete the file."));
        }
    }
}

fn as_words(event: &Event) -> String {
    match event {
        Event::Connecting { .. } => "Connecting…".to_owned(),
        Event::Trouble { error, retry_in, .. } => {
            format!("Not connected: {error}\nTrying again in {:.1} s.", retry_in.as_secs_f32())
        }
        Event::Ready { session_id, password, organisation, .. } => {
            format!("Ready for {organisation}\n  Session ID  {session_id}\n  Password    {password}")
        }
        Event::Refused { error } => format!("Somebody tried to connect and did not get in: {error}"),
        Event::Asked(question) => {
            let [first, second] = question.words.in_language(question.language);
            format!(
                "{} of {} asks to: {}\n  Words to compare on the phone: {first} {second}\n  No answer within {} s \
                 counts as no.",
                question.operator.operator,
                question.operator.organisation,
                question.grants,
                question.timeout.as_secs_f32().ceil()
            )
        }
        Event::Here(visitor) => {
            format!("{} of {} is here.", visitor.operator.operator, visitor.operator.organisation)
        }
        Event::Allowed(grants) => format!("Allowed now: {grants}"),
        Event::Paused(true) => "Paused: nothing is seen or done.".to_owned(),
        Event::Paused(false) => "The session goes on.".to_owned(),
        Event::Said(text) => format!("The operator says: {text}"),
        Event::Heard(text) => format!("You say: {text}"),
        Event::NotHeard(why) => format!("Not said: {why}"),
        Event::File(event) => file_words(event),
        Event::Progress(progress) => format!("{} of {} bytes.", progress.bytes_done, progress.bytes),
        Event::Lost => "The line is lost; looking for another.".to_owned(),
        Event::Retrying { attempt } => format!("Still no line; try {attempt}."),
        Event::Found => "The line is back.".to_owned(),
        Event::Over(_) => "Nothing is seen or done any more.".to_owned(),
        Event::Ended(end) => format!("The session is over: {end}."),
        Event::DesktopGone(why) => format!("Nobody can connect any more: {why}."),
        Event::Silent(true) => "The relay does not answer.".to_owned(),
        Event::Silent(false) => "The relay answers again.".to_owned(),
        Event::Direct(true) => "The session goes straight to the operator's computer.".to_owned(),
        Event::Direct(false) => "The session goes through the relay again.".to_owned(),
        Event::RelayStopping => "The relay is being stopped; looking for it again.".to_owned(),
    }
}

fn as_json(event: &Event) -> Value {
    match event {
        Event::Connecting { attempt } => json!({"event": "connecting", "attempt": attempt}),
        Event::Trouble { error, attempt, retry_in } => json!({
            "event": "trouble",
            "error": error.to_string(),
            "attempt": attempt,
            "retry_in_ms": retry_in.as_millis() as u64,
        }),
        Event::Ready { session_id, password, organisation, way, .. } => json!({
            "event": "ready",
            "way": way.as_ref().map(ToString::to_string),
            "session_id": session_id.to_string(),
            "password": password.to_string(),
            "organisation": organisation,
        }),
        Event::Refused { error } => json!({"event": "refused", "error": error.to_string()}),
        Event::Asked(question) => json!({
            "event": "asked",
            "operator": &*question.operator.operator,
            "organisation": &*question.operator.organisation,
            "words": question.words.in_language(question.language),
            "language": question.language.code(),
            "grants": question.grants.to_string(),
            "timeout_ms": question.timeout.as_millis() as u64,
        }),
        Event::Here(visitor) => json!({
            "event": "here",
            "operator": &*visitor.operator.operator,
            "organisation": &*visitor.operator.organisation,
            "since": seconds(visitor.since),
        }),
        Event::Paused(paused) => json!({"event": "paused", "paused": paused}),
        Event::Over(receipt) => receipt_json(receipt),
        Event::DesktopGone(why) => json!({"event": "desktop_gone", "reason": why}),
        Event::Allowed(grants) => json!({"event": "allowed", "grants": grants.to_string()}),
        Event::Said(text) => json!({"event": "said", "text": &**text}),
        Event::Heard(text) => json!({"event": "heard", "text": &**text}),
        Event::NotHeard(why) => json!({"event": "not_heard", "reason": why.to_string()}),
        Event::File(event) => file_json(event),
        Event::Progress(progress) => json!({
            "event": "progress",
            "files_done": progress.files_done,
            "files": progress.files,
            "bytes_done": progress.bytes_done,
            "bytes": progress.bytes,
        }),
        Event::Lost => json!({"event": "lost"}),
        Event::Retrying { attempt } => json!({"event": "retrying", "attempt": attempt}),
        Event::Found => json!({"event": "found"}),
        Event::Ended(end) => json!({"event": "ended", "reason": end.to_string()}),
        Event::Silent(silent) => json!({"event": "silent", "silent": silent}),
        Event::Direct(direct) => json!({"event": "direct", "direct": direct}),
        Event::RelayStopping => json!({"event": "relay_stopping"}),
    }
}

/// An operator's program may say anything.
fn shown(path: &str) -> Shown<MAX_PATH> {
    Shown::truncated(path)
}

fn file_words(event: &FileEvent) -> String {
    match event {
        FileEvent::Put { folder: Some(folder), .. } => {
            format!("The operator brings files into {}.", shown(folder))
        }
        FileEvent::Put { folder: None, .. } => "The operator brings files.".to_owned(),
        FileEvent::Get { path } => format!("The operator fetches {}.", shown(path)),
        FileEvent::Refused { direction: Direction::In, what, why } => {
            let place = what.as_deref().map(|what| format!(" into {}", shown(what))).unwrap_or_default();
            format!("The operator wanted to bring files{place}: {why}.")
        }
        FileEvent::Refused { what, why, .. } => {
            format!("The operator wanted to fetch {}: {why}.", shown(what.as_deref().unwrap_or_default()))
        }
        FileEvent::Begun { files, bytes } => format!("Files: {files}. Bytes: {bytes}."),
        FileEvent::Stored { kind: ItemKind::Folder, direction: Direction::In, place, .. } => {
            format!("Folder: {place}")
        }
        FileEvent::Stored { direction: Direction::In, place, .. } => format!("Brought: {place}"),
        FileEvent::Stored { path, .. } => format!("Fetched: {path}"),
        FileEvent::NotStored { path, why, .. } => format!("{path}: {why}"),
        FileEvent::Unfinished { path, .. } => format!("{path}: stopped on the way"),
        FileEvent::Over(Ok(())) => "The files are through.".to_owned(),
        FileEvent::Over(Err(why)) => format!("No more files: {why}."),
        FileEvent::Read { .. } | FileEvent::Return { .. } | FileEvent::Leave { .. } | FileEvent::Take(_) => {
            String::new()
        }
    }
}

fn file_json(event: &FileEvent) -> Value {
    match event {
        FileEvent::Put { folder, .. } => json!({"event": "put", "folder": folder.as_deref()}),
        FileEvent::Get { path } => json!({"event": "get", "path": &**path}),
        FileEvent::Refused { direction, what, why } => json!({
            "event": "files_refused", "way": way(*direction), "what": what.as_deref(), "reason": why.to_string(),
        }),
        FileEvent::Begun { files, bytes } => json!({"event": "files_begin", "files": files, "bytes": bytes}),
        FileEvent::Stored { direction, path, place, .. } => {
            json!({"event": "stored", "way": way(*direction), "path": &**path, "place": &**place})
        }
        FileEvent::NotStored { direction, path, why } => json!({
            "event": "not_stored", "way": way(*direction), "path": &**path, "reason": why.to_string(),
        }),
        FileEvent::Unfinished { direction, path } => {
            json!({"event": "unfinished", "way": way(*direction), "path": &**path})
        }
        FileEvent::Over(result) => {
            json!({"event": "files_over", "reason": result.as_ref().err().map(ToString::to_string)})
        }
        FileEvent::Read { .. } | FileEvent::Return { .. } | FileEvent::Leave { .. } | FileEvent::Take(_) => {
            json!({"event": "files"})
        }
    }
}

fn way(direction: Direction) -> &'static str {
    match direction {
        Direction::In => "brought",
        Direction::Out => "fetched",
    }
}

fn record_json(record: &FileRecord) -> Value {
    let mut json = json!({"at": seconds(record.at), "way": way(record.direction), "path": &*record.path});
    match &record.fate {
        Fate::Arrived(place) => json["place"] = json!(place),
        Fate::Failed(why) => json["reason"] = json!(why.to_string()),
        Fate::Stopped => json["stopped"] = json!(true),
        Fate::Refused(why) => json["refused"] = json!(why.to_string()),
    }
    json
}

fn receipt_json(receipt: &Receipt) -> Value {
    json!({
        "event": "over",
        "operator": &*receipt.operator.operator,
        "organisation": &*receipt.operator.organisation,
        "from": seconds(receipt.from),
        "to": seconds(receipt.to),
        "asked": receipt.asked.map(|grants| grants.to_string()),
        "decisions": receipt.decisions.iter().map(decision_json).collect::<Vec<_>>(),
        "files": receipt.files.iter().map(record_json).collect::<Vec<_>>(),
        "brought": receipt.counts.brought,
        "fetched": receipt.counts.fetched,
        "not_brought": receipt.counts.not_brought,
        "not_fetched": receipt.counts.not_fetched,
        "refused": receipt.counts.refused,
        "reason": receipt.end.to_string(),
    })
}

fn decision_json(decision: &Decision) -> Value {
    let at = seconds(decision.at);
    match decision.what {
        Decided::Given(grants) => json!({"at": at, "given": grants.to_string()}),
        Decided::TakenBack(grants) => json!({"at": at, "taken_back": grants.to_string()}),
        Decided::Paused => json!({"at": at, "paused": true}),
        Decided::Resumed => json!({"at": at, "paused": false}),
        Decided::Lost => json!({"at": at, "lost": true}),
        Decided::Found => json!({"at": at, "lost": false}),
    }
}

/// Seconds since 1970-01-01 UTC, with three digits of fraction.
fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as f64 / 1000.0
}

/// Prints a line. A reader that has gone away, such as `head`, is no reason to stop what is going on.
fn print_line(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
