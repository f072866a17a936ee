//! One function per parser that takes any bytes and panics if a promise is broken. The folder `fuzz` feeds them with
//! cargo-fuzz; a test feeds them what is kept in `fuzz/corpus`.

#![expect(
    clippy::unwrap_used,
    reason = "a broken promise ends the program, which is how a fuzzer notices it"
)]

mod machines;
mod parsers;
mod pictures;
mod seal;

/// Takes any bytes.
pub type Target = fn(&[u8]);

/// Every target with its name: the file in `fuzz/fuzz_targets` and the folder in `fuzz/corpus`.
pub const TARGETS: &[(&str, Target)] = &[
    ("frames_to_relay", parsers::frames::<farhand_proto::relay::ToRelay>),
    ("frames_from_relay", parsers::frames::<farhand_proto::relay::FromRelay>),
    ("frames_seal_from_client", parsers::frames::<farhand_proto::seal::SealFromClient>),
    ("frames_seal_from_console", parsers::frames::<farhand_proto::seal::SealFromConsole>),
    ("frames_resume_from_client", parsers::frames::<farhand_proto::seal::ResumeFromClient>),
    ("frames_resume_from_console", parsers::frames::<farhand_proto::seal::ResumeFromConsole>),
    ("frames_to_client", parsers::frames::<farhand_proto::session::ToClient>),
    ("frames_to_console", parsers::frames::<farhand_proto::session::ToConsole>),
    ("typed", parsers::typed),
    ("signed", parsers::signed),
    ("relay_config", parsers::relay_config),
    ("picture_updates", pictures::updates),
    ("picture_boxes", pictures::boxes),
    ("session_client", machines::client),
    ("session_console", machines::console),
    ("seal_client", seal::client),
    ("seal_console", seal::console),
    ("resume_client", seal::resumed_client),
    ("resume_console", seal::resumed_console),
];

/// The target of this name.
///
/// # Panics
/// There is none.
#[must_use]
pub fn target(name: &str) -> Target {
    TARGETS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no fuzz target {name}")).1
}
