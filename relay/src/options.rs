//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use farhand_proto::name::Name;

use crate::config::{Filter, Pages, parse_address};
use crate::logs::Format;

/// Farhand's relay: brings a customer's client and an operator's console together and carries their sealed session.
///
/// Options stand above environment variables, and those above the configuration file. With none of them the relay
/// listens on ports 443, 80, 11438, 110 and 21, as far as it can have them, and keeps its state in the present folder.
///
/// Exit codes: 0 done, or stopped by a signal after its sessions had their time; 1 failed; 2 wrong command line;
/// 3 wrong configuration; 4 a port can't be used; 5 no such operator, or the name is taken; 6 cut short by a second
/// signal.
#[derive(Debug, Parser)]
#[command(name = "farhand-relay", version, about, long_about)]
pub struct Options {
    /// Above the configuration file.
    #[command(flatten)]
    pub settings: SettingOptions,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be said on the command line and in the environment as well as in the configuration file.
#[derive(Debug, Default, Args)]
pub struct SettingOptions {
    /// The configuration file [default: /etc/farhand/relay.toml if it is there, else ./farhand-relay.toml]
    #[arg(long, global = true, value_name = "FILE", env = "FARHAND_RELAY_CONFIG")]
    pub config: Option<PathBuf>,
    /// The organisation's name, shown to customers
    #[arg(long, global = true, value_name = "NAME", env = "FARHAND_RELAY_ORGANISATION")]
    pub organisation: Option<Name>,
    /// Addresses and ports to listen on, with commas between them; may be repeated
    #[arg(
        long,
        global = true,
        value_name = "ADDRESS:PORT",
        env = "FARHAND_RELAY_LISTEN",
        value_delimiter = ',',
        value_parser = parse_address
    )]
    pub listen: Vec<SocketAddr>,
    /// Where /healthz and /metrics are served, or `off`
    #[arg(long, global = true, value_name = "ADDRESS:PORT", env = "FARHAND_RELAY_PAGES")]
    pub pages: Option<Pages>,
    /// The folder of key, certificate and database, which `run` makes at its first start and everything else needs
    /// [default: the configuration file's]
    #[arg(long, global = true, value_name = "FOLDER", env = "FARHAND_RELAY_STATE")]
    pub state: Option<PathBuf>,
    /// How log lines look
    #[arg(long, global = true, value_name = "FORMAT", env = "FARHAND_RELAY_LOG_FORMAT")]
    pub log_format: Option<Format>,
    /// Which log lines are written, for example `info` or `info,farhand_relay=debug`
    #[arg(long, global = true, value_name = "FILTER", env = "FARHAND_RELAY_LOG_FILTER")]
    pub log_filter: Option<Filter>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the relay until SIGTERM or SIGINT
    Run,
    /// Add, list and remove operators, beside the running relay or without it; it notices within seconds
    #[command(subcommand)]
    Operator(OperatorCommand),
    /// Print the pin of the relay's key
    Pin,
    /// Read the configuration, say what it amounts to, and end
    CheckConfig,
    /// Print a configuration file with every key, its meaning and its default
    ExampleConfig,
}

/// What to do with operators.
#[derive(Debug, Subcommand)]
pub enum OperatorCommand {
    /// Add an operator and print what they need, with their token, this once
    Add {
        /// The operator's name
        name: Name,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// List all operators
    List {
        /// Print one JSON object per operator
        #[arg(long)]
        json: bool,
    },
    /// Remove an operator; their legs and sessions end
    Remove {
        /// The operator's name
        name: String,
    },
}
