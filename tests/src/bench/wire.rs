//! A line between two programs: it counts, and can be as slow and as long as one wants.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// What the line is like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// How a table calls it.
    pub(super) name: &'static str,
    /// Bytes a second in each direction; `None`: as many as there are.
    pub(super) rate: Option<f64>,
    /// One way.
    pub(super) delay: Duration,
}

impl Kind {
    /// Nothing but a count.
    pub(super) const LOOPBACK: Self = Self { name: "loopback", rate: None, delay: Duration::ZERO };
    /// The slow ones.
    pub(super) const SLOW: [Self; 3] = [
        Self { name: "256 kbit/s, 40 ms", rate: Some(32e3), delay: Duration::from_millis(20) },
        Self { name: "2 Mbit/s, 40 ms", rate: Some(250e3), delay: Duration::from_millis(20) },
        Self { name: "20 Mbit/s, 20 ms", rate: Some(2.5e6), delay: Duration::from_millis(10) },
    ];
}

/// What waits at most at the slow end of the line, as in a router.
const QUEUE: usize = 32 * 1024;
/// What a socket on either side of it holds beside that.
const SOCKET: usize = 16 * 1024;

/// A listening line to one place.
#[derive(Debug)]
pub(super) struct Wire {
    address: SocketAddr,
    to_viewer: Arc<AtomicU64>,
}

impl Wire {
    /// Opens one. Whoever connects to it is connected to `target`.
    pub(super) fn open(target: SocketAddr, kind: Kind) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        if kind.rate.is_some() {
            // Those that are accepted inherit it.
            let set = rustix::net::sockopt::set_socket_recv_buffer_size(&listener, SOCKET);
            set.expect("a small buffer");
        }
        let address = listener.local_addr().expect("an address");
        let to_viewer = Arc::new(AtomicU64::new(0));
        let count = to_viewer.clone();
        std::thread::spawn(move || {
            for near in listener.incoming() {
                let (Ok(near), Ok(far)) = (near, TcpStream::connect(target)) else { continue };
                if kind.rate.is_some() {
                    let set = rustix::net::sockopt::set_socket_recv_buffer_size(&far, SOCKET);
                    set.expect("a small buffer");
                }
                let other = |stream: &TcpStream| stream.try_clone().expect("a handle");
                carry(other(&near), other(&far), kind, Arc::default());
                carry(far, near, kind, count.clone());
            }
        });
        Self { address, to_viewer }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Bytes that have gone to the viewer until now.
    pub(super) fn to_viewer(&self) -> u64 {
        self.to_viewer.load(Ordering::Relaxed)
    }
}

/// Carries one direction until it ends.
fn carry(mut from: TcpStream, mut to: TcpStream, kind: Kind, count: Arc<AtomicU64>) {
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    from.set_nodelay(true).expect("a socket");
    to.set_nodelay(true).expect("a socket");
    std::thread::spawn(move || {
        for (at, bytes) in receiver {
            std::thread::sleep(at.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
    std::thread::spawn(move || {
        let mut buffer = vec![0; if kind.rate.is_some() { 1500 } else { 64 * 1024 }];
        let mut free_at = Instant::now();
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            count.fetch_add(length as u64, Ordering::Relaxed);
            if let Some(rate) = kind.rate {
                free_at = free_at.max(Instant::now()) + Duration::from_secs_f64(length as f64 / rate);
            }
            if sender.send((free_at.max(Instant::now()) + kind.delay, buffer[..length].to_vec())).is_err() {
                break;
            }
            if let Some(rate) = kind.rate {
                // What does not fit the queue is not taken.
                let queue = Duration::from_secs_f64(QUEUE as f64 / rate);
                std::thread::sleep(free_at.saturating_duration_since(Instant::now() + queue));
            }
        }
    });
}
