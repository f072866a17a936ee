//! `farhand-client`: see `--help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    farhand_client::run()
}
