//! A panel that shows icons of programs, for whoever chooses from their menus.

use std::collections::HashMap;
use std::sync::mpsc;
use std::time::Duration;

use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{OwnedValue, Value};

/// What icons look for on the bus.
const PANEL: &str = "org.kde.StatusNotifierWatcher";
const PATIENCE: Duration = Duration::from_secs(20);

/// A panel on a session bus, and the one icon that it shows.
#[derive(Debug)]
pub struct Panel {
    bus: Connection,
    items: mpsc::Receiver<String>,
}

/// An icon's menu.
#[derive(Debug)]
pub struct TrayMenu<'a> {
    bus: &'a Connection,
    service: String,
}

struct Watcher {
    registered: mpsc::Sender<String>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: String) {
        // A panel that is gone shows nothing.
        drop(self.registered.send(service));
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
}

impl Panel {
    /// Starts one on the bus of this address.
    ///
    /// # Panics
    /// The bus does not answer, or has a panel.
    #[must_use]
    pub fn start(bus: &str) -> Self {
        let (registered, items) = mpsc::channel();
        let panel = Builder::address(bus).expect("an address").name(PANEL).expect("a name");
        let panel = panel.serve_at("/StatusNotifierWatcher", Watcher { registered }).expect("a path");
        Self { bus: panel.build().expect("the bus answers"), items }
    }

    /// The icon that comes next.
    ///
    /// # Panics
    /// None comes.
    #[must_use]
    pub fn icon(&self) -> TrayMenu<'_> {
        TrayMenu { bus: &self.bus, service: self.items.recv_timeout(PATIENCE).expect("an icon") }
    }
}

impl TrayMenu<'_> {
    /// Chooses an entry by what it says.
    ///
    /// # Panics
    /// There is no such entry.
    pub fn choose(&self, label: &str) {
        self.prepare(label)();
    }

    /// As [`TrayMenu::choose`], once what this gives is called: the menu is open by then.
    ///
    /// # Panics
    /// There is no such entry.
    pub fn prepare(&self, label: &str) -> impl FnOnce() + use<> {
        type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
        let menu = Proxy::new(self.bus, self.service.clone(), "/MenuBar", "com.canonical.dbusmenu");
        let menu: Proxy<'static> = menu.expect("a menu");
        let names: [&str; 0] = [];
        let (_, root): (u32, Layout) = menu.call("GetLayout", &(0, -1, &names[..])).expect("a layout");
        let number = root.2.into_iter().find_map(|entry| {
            let (number, mut properties, _) = Layout::try_from(entry).ok()?;
            let found = String::try_from(properties.remove("label")?).ok()?;
            (found == label).then_some(number)
        });
        let number = number.unwrap_or_else(|| panic!("the menu has no {label:?}"));
        move || {
            let chosen = (number, "clicked", Value::from(0_i32), 0_u32);
            menu.call_method("Event", &chosen).expect("an answer");
        }
    }
}
