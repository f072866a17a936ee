//! The tray icon and the theme, against a session bus of the test's own.

use std::collections::HashMap;
use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::system_theme;
use crate::tray::{Tray, TrayEvent, TrayIcon, TrayPause, TrayPlace, TrayState};
use egui::Theme;
use zbus::blocking::{Connection, Proxy, connection};
use zbus::zvariant::{OwnedValue, Value};

const INNER: &str = "FARHAND_TEST_BUS";
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs one test of this file again on a bus of its own; `true` within that.
fn on_own_bus(test: &str) -> bool {
    if std::env::var_os(INNER).is_some() {
        return true;
    }
    let mut command = Command::new("dbus-run-session");
    command.arg("--").arg(std::env::current_exe().expect("this test"));
    command.args(again(test)).env(INNER, "1");
    succeed(command);
    false
}

/// Names one test of this file to the program that runs them.
fn again(test: &str) -> [String; 3] {
    let path = module_path!().split_once("::").expect("a module of a crate").1;
    ["--exact".to_owned(), format!("{path}::{test}"), "--nocapture".to_owned()]
}

fn succeed(mut command: Command) {
    let output = command.output().expect("dbus-run-session of Debian's dbus-daemon is needed for this test");
    let words = [output.stdout, output.stderr].concat();
    let words = String::from_utf8_lossy(&words);
    assert!(output.status.success() && words.contains("1 passed"), "{words}");
}

fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A panel that shows icons.
struct Panel {
    registered: mpsc::Sender<String>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Panel {
    fn register_status_notifier_item(&self, service: String) {
        let _ = self.registered.send(service);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
}

const PANEL: &str = "org.kde.StatusNotifierWatcher";

fn start_panel() -> (Connection, mpsc::Receiver<String>) {
    let (registered, items) = mpsc::channel();
    let panel = connection::Builder::session().expect("a bus").name(PANEL).expect("a name");
    let panel = panel.serve_at("/StatusNotifierWatcher", Panel { registered }).expect("a path").build();
    (panel.expect("a panel"), items)
}

fn state(icon: TrayIcon) -> TrayState {
    TrayState {
        icon,
        title: "Far & hand".to_owned(),
        tooltip: "Ready <now>".to_owned(),
        show: "Show the window".to_owned(),
        pause: None,
        end: "End_all".to_owned(),
    }
}

/// The item as a panel sees it.
struct Seen {
    bus: Connection,
    service: String,
}

impl Seen {
    fn property(&self, name: &str) -> OwnedValue {
        let item = Proxy::new(&self.bus, &*self.service, "/StatusNotifierItem", "org.kde.StatusNotifierItem");
        let item = item.expect("an item");
        // What is asked for is what is there now.
        item.get_property(name).expect(name)
    }

    fn words(&self, name: &str) -> String {
        self.property(name).try_into().expect("words")
    }

    /// Sides and pixels of the icon.
    fn icons(&self) -> Vec<(i32, i32, Vec<u8>)> {
        self.property("IconPixmap").try_into().expect("pictures")
    }

    fn menu(&self) -> Proxy<'_> {
        Proxy::new(&self.bus, &*self.service, "/MenuBar", "com.canonical.dbusmenu").expect("a menu")
    }

    /// The entries with their numbers; a line between them is an empty one.
    fn entries(&self) -> Vec<(i32, String)> {
        type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
        let names: [&str; 0] = [];
        let (_, root): (u32, Layout) = self.menu().call("GetLayout", &(0, -1, &names[..])).expect("a layout");
        let entry = |value: OwnedValue| {
            let (number, mut properties, _) = Layout::try_from(value).expect("an entry");
            let label = properties.remove("label").map(|label| String::try_from(label).expect("words"));
            (number, label.unwrap_or_default())
        };
        root.2.into_iter().map(entry).collect()
    }

    fn labels(&self) -> Vec<String> {
        self.entries().into_iter().map(|(_, label)| label).collect()
    }

    fn choose(&self, label: &str) {
        let entries = self.entries();
        let (number, _) = entries.iter().find(|(_, found)| found == label).expect(label);
        let chosen = (*number, "clicked", Value::from(0_i32), 0_u32);
        self.menu().call_method("Event", &chosen).expect("an answer");
    }
}

#[test]
fn a_panel_shows_it_and_its_menu_is_heard() {
    if !on_own_bus("a_panel_shows_it_and_its_menu_is_heard") {
        return;
    }
    let (bus, items) = start_panel();
    let (hear, heard) = mpsc::channel();
    let tray = Tray::open("farhand-test", state(TrayIcon::Ready), move |event| {
        let _ = hear.send(event);
    });
    let service = items.recv_timeout(PATIENCE).expect("it registers");
    eventually("it to know that it is shown", || (tray.place() == TrayPlace::Shown).then_some(()));
    let seen = Seen { bus, service };
    assert_eq!(seen.words("Id"), "farhand-test");
    assert_eq!(seen.words("Title"), "Far & hand");
    assert_eq!(seen.words("Status"), "Active");
    type ToolTip = (String, Vec<(i32, i32, Vec<u8>)>, String, String);
    let tip = ToolTip::try_from(seen.property("ToolTip")).expect("a tool tip");
    assert_eq!((&*tip.2, &*tip.3), ("Far &amp; hand", "Ready &lt;now&gt;"), "no markup");
    let green = seen.icons();
    assert_eq!(green.iter().map(|(width, ..)| *width).collect::<Vec<_>>(), [22, 32, 44, 64]);
    assert!(green.iter().all(|(width, height, data)| data.len() == (width * height * 4) as usize));
    assert_eq!(seen.labels(), ["Show the window", "", "End__all"]);

    seen.choose("End__all");
    assert_eq!(heard.recv_timeout(PATIENCE), Ok(TrayEvent::End));
    seen.choose("Show the window");
    assert_eq!(heard.recv_timeout(PATIENCE), Ok(TrayEvent::Show));
    let item = Proxy::new(&seen.bus, &*seen.service, "/StatusNotifierItem", "org.kde.StatusNotifierItem");
    item.expect("an item").call_method("Activate", &(0, 0)).expect("an answer");
    assert_eq!(heard.recv_timeout(PATIENCE), Ok(TrayEvent::Show), "a click on it");

    let pause = TrayPause::Pause("Pause".to_owned());
    tray.set(TrayState { pause: Some(pause), tooltip: "Ann sees".to_owned(), ..state(TrayIcon::InSession) });
    eventually("the new menu", || (seen.labels().len() == 4).then_some(()));
    assert_ne!(seen.icons(), green, "red now");
    seen.choose("Pause");
    assert_eq!(heard.recv_timeout(PATIENCE), Ok(TrayEvent::Pause));
    let resume = TrayPause::Resume("Resume".to_owned());
    tray.set(TrayState { pause: Some(resume), ..state(TrayIcon::Paused) });
    eventually("the new entry", || (seen.labels()[1] == "Resume").then_some(()));
    seen.choose("Resume");
    assert_eq!(heard.recv_timeout(PATIENCE), Ok(TrayEvent::Resume));

    drop(tray);
    let names =
        Proxy::new(&seen.bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus");
    let names = names.expect("the bus itself");
    eventually("it to go", || {
        let owned: bool = names.call("NameHasOwner", &(&*seen.service)).expect("an answer");
        (!owned).then_some(())
    });
}

#[test]
fn it_waits_for_a_panel_and_survives_one() {
    if !on_own_bus("it_waits_for_a_panel_and_survives_one") {
        return;
    }
    let tray = Tray::open("farhand-test", state(TrayIcon::Ready), |_| {});
    eventually("it to find no panel", || (tray.place() == TrayPlace::NoPanel).then_some(()));
    tray.set(state(TrayIcon::Trying));
    let (panel, items) = start_panel();
    items.recv_timeout(PATIENCE).expect("it registers");
    eventually("it to be shown", || (tray.place() == TrayPlace::Shown).then_some(()));
    drop(panel);
    eventually("it to notice the panel's end", || (tray.place() == TrayPlace::NoPanel).then_some(()));
    let (_panel, items) = start_panel();
    items.recv_timeout(PATIENCE).expect("it registers with the new one");
}

#[test]
fn without_a_bus_it_is_nowhere_and_nothing_waits() {
    let name = "without_a_bus_it_is_nowhere_and_nothing_waits";
    if std::env::var_os(INNER).is_none() {
        let mut command = Command::new(std::env::current_exe().expect("this test"));
        command.args(again(name)).env(INNER, "1");
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus").env_remove("XDG_RUNTIME_DIR");
        return succeed(command);
    }
    let tray = Tray::open("farhand-test", state(TrayIcon::Ready), |_| {});
    eventually("it to know", || (tray.place() == TrayPlace::Nowhere).then_some(()));
    tray.set(state(TrayIcon::Trying));
    assert_eq!(system_theme(), None);
}

/// A desktop that has a preference, and takes this long to tell.
struct Settings(u32, Duration);

#[zbus::interface(name = "org.freedesktop.portal.Settings")]
impl Settings {
    fn read(&self, namespace: &str, key: &str) -> zbus::fdo::Result<OwnedValue> {
        std::thread::sleep(self.1);
        if (namespace, key) != ("org.freedesktop.appearance", "color-scheme") {
            return Err(zbus::fdo::Error::Failed("no such setting".to_owned()));
        }
        // Wrapped twice, as the real one does.
        let value = Value::Value(Box::new(Value::U32(self.0)));
        value.try_into().map_err(|_| zbus::fdo::Error::Failed("no value".to_owned()))
    }
}

#[test]
fn the_theme_is_the_desktops() {
    if !on_own_bus("the_theme_is_the_desktops") {
        return;
    }
    let portal = |scheme, delay| {
        let portal = connection::Builder::session()
            .expect("a bus")
            .serve_at("/org/freedesktop/portal/desktop", Settings(scheme, delay));
        let portal = portal.expect("a path").name("org.freedesktop.portal.Desktop").expect("a name");
        portal.build().expect("a portal")
    };
    let prompt = Duration::ZERO;
    assert_eq!(system_theme(), None, "there is no portal");
    for (scheme, theme) in [(1, Some(Theme::Dark)), (2, Some(Theme::Light)), (0, None), (9, None)] {
        let _portal = portal(scheme, prompt);
        assert_eq!(system_theme(), theme, "{scheme}");
    }
    let _slow = portal(1, Duration::from_secs(3));
    let start = Instant::now();
    assert_eq!(system_theme(), None, "it is too slow");
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_change_of_the_theme_is_told() {
    if !on_own_bus("a_change_of_the_theme_is_told") {
        return;
    }
    const PATH: &str = "/org/freedesktop/portal/desktop";
    let portal = connection::Builder::session().expect("a bus");
    let portal = portal.serve_at(PATH, Settings(1, Duration::ZERO)).expect("a path");
    let portal = portal.name("org.freedesktop.portal.Desktop").expect("a name").build().expect("a portal");
    let (tell, told) = mpsc::channel();
    super::follow_theme(move |theme| tell.send(theme).is_ok());
    assert_eq!(told.recv_timeout(PATIENCE), Ok(Some(Theme::Dark)), "as it is");
    let change = |namespace: &str, key: &str, value: u32| {
        let changed = (namespace, key, Value::from(value));
        let interface = "org.freedesktop.portal.Settings";
        portal.emit_signal(None::<()>, PATH, interface, "SettingChanged", &changed).expect("a bus");
    };
    for (scheme, theme) in [(2, Some(Theme::Light)), (1, Some(Theme::Dark)), (0, None)] {
        change("org.freedesktop.appearance", "contrast", 1);
        change("org.gnome.desktop.interface", "color-scheme", 2);
        change("org.freedesktop.appearance", "color-scheme", scheme);
        assert_eq!(told.recv_timeout(PATIENCE), Ok(theme), "{scheme}");
    }
}
