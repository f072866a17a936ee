//! What is counted, and how Prometheus reads it (text exposition format 0.0.4).

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

use farhand_broker::{Figures, NoRoom};
use farhand_proto::relay::Refusal;

/// Everything that only grows. Gauges come from the broker, see [`Figures`].
#[derive(Debug)]
pub(crate) struct Counters {
    started: u64,
    pub(crate) registered: Counter,
    pub(crate) logged_in: Counter,
    pub(crate) found: Counter,
    pub(crate) missed: Counter,
    pub(crate) sessions: Counter,
    pub(crate) bytes_to_client: Counter,
    pub(crate) bytes_to_console: Counter,
    pub(crate) audit_lost: Counter,
    pub(crate) handshakes_timed_out: Counter,
    pub(crate) handshakes_closed: Counter,
    pub(crate) handshakes_not_a_leg: Counter,
    pub(crate) visits: Counter,
    dropped_newcomers_per_address: Counter,
    dropped_legs_per_address: Counter,
    dropped_newcomers: Counter,
    dropped_legs: Counter,
    dropped_stopping: Counter,
    refused_version: Counter,
    refused_operator: Counter,
    refused_ticket: Counter,
    refused_alone: Counter,
    refused_busy: Counter,
    refused_protocol: Counter,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

impl Counters {
    pub(crate) fn new() -> Self {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        Self {
            started,
            registered: Counter::default(),
            logged_in: Counter::default(),
            found: Counter::default(),
            missed: Counter::default(),
            sessions: Counter::default(),
            bytes_to_client: Counter::default(),
            bytes_to_console: Counter::default(),
            audit_lost: Counter::default(),
            handshakes_timed_out: Counter::default(),
            handshakes_closed: Counter::default(),
            handshakes_not_a_leg: Counter::default(),
            visits: Counter::default(),
            dropped_newcomers_per_address: Counter::default(),
            dropped_legs_per_address: Counter::default(),
            dropped_newcomers: Counter::default(),
            dropped_legs: Counter::default(),
            dropped_stopping: Counter::default(),
            refused_version: Counter::default(),
            refused_operator: Counter::default(),
            refused_ticket: Counter::default(),
            refused_alone: Counter::default(),
            refused_busy: Counter::default(),
            refused_protocol: Counter::default(),
        }
    }

    pub(crate) fn refused(&self, refusal: &Refusal) {
        let counter = match refusal {
            Refusal::Version(_) => &self.refused_version,
            Refusal::Operator => &self.refused_operator,
            Refusal::Ticket => &self.refused_ticket,
            Refusal::Alone => &self.refused_alone,
            Refusal::Busy { .. } => &self.refused_busy,
            Refusal::Protocol => &self.refused_protocol,
        };
        counter.add(1);
    }

    pub(crate) fn dropped(&self, reason: NoRoom) {
        let counter = match reason {
            NoRoom::NewcomersOfAddress => &self.dropped_newcomers_per_address,
            NoRoom::LegsOfAddress => &self.dropped_legs_per_address,
            NoRoom::Newcomers => &self.dropped_newcomers,
            NoRoom::Legs => &self.dropped_legs,
            NoRoom::Stopping => &self.dropped_stopping,
        };
        counter.add(1);
    }

    /// The page that Prometheus reads.
    pub(crate) fn exposition(&self, figures: &Figures) -> String {
        let mut page = Page(String::with_capacity(4096));
        page.metric("build_info", "gauge", "The program that runs.");
        page.value(&[("version", env!("CARGO_PKG_VERSION"))], 1);
        page.metric("start_time_seconds", "gauge", "When it was started, in seconds since 1970.");
        page.value(&[], self.started);

        page.metric("legs", "gauge", "Connections, by what they are for.");
        for (kind, legs) in [
            ("newcomer", figures.newcomers),
            ("client", figures.client_legs),
            ("operator", figures.operator_legs),
            ("session", figures.session_legs),
            ("ending", figures.ending_legs),
        ] {
            page.value(&[("kind", kind)], legs as u64);
        }
        page.gauge("waiting_clients", "Clients that an operator can ask for.", figures.waiting);
        page.gauge("operators", "Operators that are logged in or in a session.", figures.operators);
        page.gauge("sessions_invited", "Sessions whose two halves have not both come.", figures.invited);
        page.gauge("sessions", "Sessions that run.", figures.sessions);

        page.counter("registrations", "Clients that were given a session ID.", &self.registered);
        page.counter("logins", "Operators that logged in.", &self.logged_in);
        page.counter("found", "Numbers asked for whose client was invited.", &self.found);
        page.counter("find_misses", "Numbers asked for that nobody waited under.", &self.missed);
        page.counter("sessions_started", "Sessions whose two halves came.", &self.sessions);
        page.metric("forwarded_bytes_total", "counter", "Sealed bytes carried.");
        page.value(&[("direction", "to_client")], self.bytes_to_client.get());
        page.value(&[("direction", "to_console")], self.bytes_to_console.get());
        page.metric("refusals_total", "counter", "Legs that were refused.");
        for (reason, counter) in [
            ("version", &self.refused_version),
            ("operator", &self.refused_operator),
            ("ticket", &self.refused_ticket),
            ("alone", &self.refused_alone),
            ("busy", &self.refused_busy),
            ("protocol", &self.refused_protocol),
        ] {
            page.value(&[("reason", reason)], counter.get());
        }
        page.metric("dropped_total", "counter", "Connections that were dropped before TLS, by the limit.");
        for (reason, counter) in [
            ("newcomers_per_address", &self.dropped_newcomers_per_address),
            ("legs_per_address", &self.dropped_legs_per_address),
            ("newcomers", &self.dropped_newcomers),
            ("legs", &self.dropped_legs),
            ("stopping", &self.dropped_stopping),
        ] {
            page.value(&[("reason", reason)], counter.get());
        }
        page.metric(
            "displaced_total",
            "counter",
            "Silent connections that were ended to make room for others.",
        );
        page.value(&[], figures.displaced);
        page.metric("handshake_failures_total", "counter", "Connections that did not become a leg.");
        for (reason, counter) in [
            ("timed_out", &self.handshakes_timed_out),
            ("closed", &self.handshakes_closed),
            ("not_a_leg", &self.handshakes_not_a_leg),
        ] {
            page.value(&[("reason", reason)], counter.get());
        }
        page.counter("visits", "Connections that spoke HTTP and became no leg.", &self.visits);
        page.counter("audit_lost", "Audit lines that could not be written.", &self.audit_lost);
        page.0
    }
}

/// A page while it is written; remembers nothing but the text, whose last header names the metric.
struct Page(String);

impl Page {
    fn metric(&mut self, name: &str, kind: &str, help: &str) {
        self.push(format_args!("# HELP farhand_relay_{name} {help}\n# TYPE farhand_relay_{name} {kind}\n"));
    }

    fn gauge(&mut self, name: &str, help: &str, value: usize) {
        self.metric(name, "gauge", help);
        self.value(&[], value as u64);
    }

    fn counter(&mut self, name: &str, help: &str, counter: &Counter) {
        self.metric(&format!("{name}_total"), "counter", help);
        self.value(&[], counter.get());
    }

    /// A value of the metric that was named last.
    fn value(&mut self, labels: &[(&str, &str)], value: u64) {
        let header = self.0.rfind("# TYPE ").map_or("", |start| &self.0[start + 7..]);
        let name = header.split(' ').next().unwrap_or_default().to_owned();
        let labels: Vec<String> = labels.iter().map(|(label, text)| format!("{label}=\"{text}\"")).collect();
        if labels.is_empty() {
            self.push(format_args!("{name} {value}\n"));
        } else {
            self.push(format_args!("{name}{{{}}} {value}\n", labels.join(",")));
        }
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a String can't fail.
        let _ = self.0.write_fmt(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_what_prometheus_reads() {
        let counters = Counters::new();
        counters.refused(&Refusal::Ticket);
        counters.dropped(NoRoom::Legs);
        counters.bytes_to_client.add(5);
        let page =
            counters.exposition(&Figures { client_legs: 3, waiting: 2, displaced: 7, ..Figures::default() });
        for line in [
            "# TYPE farhand_relay_legs gauge",
            "farhand_relay_legs{kind=\"client\"} 3",
            "farhand_relay_waiting_clients 2",
            "# TYPE farhand_relay_forwarded_bytes_total counter",
            "farhand_relay_forwarded_bytes_total{direction=\"to_client\"} 5",
            "farhand_relay_refusals_total{reason=\"ticket\"} 1",
            "farhand_relay_refusals_total{reason=\"busy\"} 0",
            "farhand_relay_find_misses_total 0",
            "farhand_relay_dropped_total{reason=\"legs\"} 1",
            "farhand_relay_dropped_total{reason=\"newcomers_per_address\"} 0",
            "farhand_relay_displaced_total 7",
        ] {
            assert!(page.lines().any(|found| found == line), "{line} is not in\n{page}");
        }
        assert!(page.lines().all(|line| line.starts_with('#') || line.starts_with("farhand_relay_")));
    }
}
