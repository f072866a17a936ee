//! Log lines: what happens, for the administrator, without secrets and with session IDs shortened. They go to
//! standard error.

use clap::ValueEnum;

use crate::config::Config;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// Sends log lines to standard error from here on.
pub fn start(config: &Config) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(config.log_filter.to_env_filter())
        .with_writer(std::io::stderr)
        .with_target(false);
    // A second start in one process changes nothing; only tests do that.
    let _ = match config.log_format {
        Format::Text => {
            let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
            builder.with_ansi(colours).try_init()
        }
        Format::Json => builder.json().with_current_span(true).with_span_list(false).try_init(),
    };
}
