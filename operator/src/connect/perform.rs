//! Does the steps of a session, one after the other.

use std::path::Path;
use std::time::Duration;

use farhand_peer::SessionEnd;
use farhand_peer::console::ConsoleControl;
use farhand_proto::grant::Grant;
use farhand_proto::input::{Button, Input};
use farhand_proto::screen::{Point, Rect, Size, View};
use farhand_proto::session::EndReason;
use farhand_session::{ActError, Ended};
use tokio::time::Instant;

use super::watch::{Known, Watcher};
use crate::failure::Failure;
use crate::picture;
use crate::say::Say;
use crate::script::Placed;
use crate::steps::{Rate, Step, Wait};

/// What the session knows is known here by then.
const A_LITTLE: Duration = Duration::from_millis(20);
/// Places between the two ends of a drag, so that programs see a movement.
const DRAG_PLACES: i32 = 12;
/// Units of a wheel's notch.
const NOTCH: i16 = 120;

/// Does steps.
pub(crate) struct Performer<'a> {
    pub(crate) say: Say,
    pub(crate) timeout: Duration,
    pub(crate) control: ConsoleControl,
    pub(crate) watcher: &'a mut Watcher,
}

impl Performer<'_> {
    /// Waits for consent, then does the steps.
    pub(crate) async fn perform(&mut self, steps: &[Placed]) -> Result<(), Failure> {
        // The customer has as long as their program gives them; the end of the session ends this wait.
        self.until(None, "the customer's answer", |known| known.grants.is_some()).await?;
        let mut mark = 0;
        for (number, placed) in steps.iter().enumerate() {
            let step = &placed.step;
            let before = self.watcher.known().changes;
            if !matches!(step, Step::Wait(_) | Step::Picture { .. } | Step::Monitors) {
                mark = before;
            }
            self.step(step, mark).await.map_err(|failure| placed.failed(failure))?;
            // What these have waited for is no news to those that follow.
            if matches!(step, Step::Wait(_) | Step::Watch { .. }) {
                mark = self.watcher.known().changes;
            }
            self.say.step(number + 1, step.name());
        }
        Ok(())
    }

    async fn step(&mut self, step: &Step, mark: u64) -> Result<(), Failure> {
        match step {
            Step::Picture { file, pointer } => self.picture(file, *pointer).await,
            Step::Type { text, rate } => self.type_text(&text.0, *rate).await,
            Step::Key { chord } => self.act(chord.presses().chain(chord.releases())).await,
            Step::Down { chord } => self.act(chord.presses()).await,
            Step::Up { chord } => self.act(chord.releases()).await,
            Step::Move { x, y } => {
                let at = Point { x: *x, y: *y };
                self.need_inside([at]).await?;
                self.act([Input::Move(at)]).await
            }
            Step::Click { x, y, button, count } => {
                let at = Point { x: *x, y: *y };
                self.need_inside([at]).await?;
                let once = [true, false].map(|pressed| Input::Button { button: *button, pressed, at });
                self.act((0..*count).flat_map(|_| once.clone())).await
            }
            Step::Drag { from_x, from_y, to_x, to_y, button } => {
                let (from, to) = (Point { x: *from_x, y: *from_y }, Point { x: *to_x, y: *to_y });
                self.need_inside([from, to]).await?;
                self.act(drag(from, to, *button)).await
            }
            Step::Scroll { x, y, down, right } => {
                let at = Point { x: *x, y: *y };
                self.need_inside([at]).await?;
                self.act([Input::Scroll { right: right * NOTCH, down: down * NOTCH, at }]).await
            }
            Step::Say { text } => self.say_to_customer(&text.0).await,
            Step::Copy { text } => self.copy(&text.0).await,
            Step::Paste => self.paste().await,
            Step::Put { paths, to, replace } => self.put(paths, to.as_deref(), *replace).await,
            Step::Get { path, to, replace } => self.get(path, to, *replace).await,
            Step::Wait(what) => self.wait(*what, mark).await,
            Step::Monitors => self.monitors().await,
            Step::Watch { part, colours } => self.watch(View { part: *part, colours: *colours }).await,
            Step::Stay => match self.until(None, "the end", |_| false).await {
                Err(Failure::Ended(SessionEnd::Session(Ended::There(EndReason::Customer)))) => Ok(()),
                result => result,
            },
            Step::Script { .. } => Err(Failure::Usage("a script can't call another".to_owned())),
        }
    }

    async fn picture(&mut self, file: &Path, pointer: bool) -> Result<(), Failure> {
        self.need(Grant::View)?;
        self.until(Some(self.timeout), "a complete picture", |known| known.complete && !known.lost).await?;
        let (mut picture, origin, shape) = {
            let known = self.watcher.known();
            (known.picture.clone(), known.origin(), known.pointer.clone())
        };
        if pointer {
            picture::draw_pointer(&mut picture, origin, &shape);
        }
        picture::save(file, &picture)?;
        self.say.picture(file, picture.size());
        Ok(())
    }

    async fn type_text(&mut self, text: &str, rate: Option<Rate>) -> Result<(), Failure> {
        let mut last = None;
        if let Some(rate) = rate {
            let mut ticks = tokio::time::interval(rate.pause());
            for character in text.chars() {
                ticks.tick().await;
                self.need_nothing_undone()?;
                let text = character.to_string();
                last = self.take(async |control| control.type_text(text.clone()).await).await?;
            }
        } else {
            last = self.take(async |control| control.type_text(text.to_owned()).await).await?;
        }
        match last {
            Some(last) => self.until_done(last).await,
            None => Ok(()),
        }
    }

    async fn act(&mut self, inputs: impl IntoIterator<Item = Input>) -> Result<(), Failure> {
        let mut last = None;
        for input in inputs {
            last = Some(self.take(async |control| control.act(input.clone()).await).await?);
        }
        match last {
            Some(last) => self.until_done(last).await,
            None => Ok(()),
        }
    }

    /// Asks for something until it is taken: while the line is lost that waits for another line. Where it was not taken
    /// because the session is over, its end is the reason.
    async fn take<T>(
        &mut self,
        ask: impl AsyncFn(&ConsoleControl) -> Result<T, ActError>,
    ) -> Result<T, Failure> {
        loop {
            match ask(&self.control).await {
                Err(ActError::LineLost) => {
                    self.until_line().await?;
                }
                Err(ActError::Over) => {
                    self.watcher.until_ended().await;
                    let ended = self.watcher.known().ended.clone();
                    return Err(ended.map_or(Failure::Act(ActError::Over), Failure::Ended));
                }
                result => return Ok(result?),
            }
        }
    }

    /// Waits until a line stands.
    pub(super) async fn until_line(&mut self) -> Result<(), Failure> {
        // What the line lost is known here a little later.
        self.pause().await?;
        self.until(None, "the line", |known| !known.lost).await
    }

    /// Lets go on what makes room for more.
    pub(super) async fn pause(&mut self) -> Result<(), Failure> {
        match self.until(Some(A_LITTLE), "room", |_| false).await {
            Err(Failure::Waited { .. }) => Ok(()),
            result => result,
        }
    }

    /// Waits until the customer's program has answered all acts up to this one, or says that it does not do one of
    /// them. However long that takes while the customer uses their own mouse and keyboard, nothing typed is lost.
    async fn until_done(&mut self, number: u64) -> Result<(), Failure> {
        let what = "the customer's program to do it";
        let answered = |known: &Known| known.answered > number || known.undone.is_some();
        loop {
            match self.until(Some(self.timeout), what, answered).await {
                // The customer's own hands come first, for as long as they like, and a lost line has a window of its own.
                Err(Failure::Waited { .. }) if self.watcher.known().held || self.watcher.known().lost => {}
                result => break result?,
            }
        }
        self.need_nothing_undone()
    }

    fn need_nothing_undone(&self) -> Result<(), Failure> {
        match &self.watcher.known().undone {
            Some(why) => Err(why.clone().into()),
            None => Ok(()),
        }
    }

    /// Refuses places outside the desktop. Its size is known only with the view.
    async fn need_inside<const COUNT: usize>(&mut self, places: [Point; COUNT]) -> Result<(), Failure> {
        self.need(Grant::Control)?;
        self.until(Some(self.timeout), "the size of the desktop", |known| {
            known.layout.is_some() || !known.allows(Grant::View)
        })
        .await?;
        let known = self.watcher.known();
        let Some(layout) = known.layout.as_ref().filter(|_| known.allows(Grant::View)) else { return Ok(()) };
        let Size { width, height } = layout.desktop;
        match places.iter().find(|place| !Rect::of_size(layout.desktop).contains(**place)) {
            Some(Point { x, y }) => Err(Failure::Usage(format!(
                "{x},{y} is outside the customer's desktop, which has {width} x {height} pixels"
            ))),
            None => Ok(()),
        }
    }

    async fn wait(&mut self, what: Wait, mark: u64) -> Result<(), Failure> {
        match what {
            Wait::Change { area } => {
                self.need(Grant::View)?;
                if let Some(area) = area {
                    self.need_shown(area).await?;
                }
                self.until(Some(self.timeout), "a change", |known| known.changed_since(mark, area)).await
            }
            Wait::Settled { r#for: time } => self.settle(time).await,
            Wait::Time { r#for: time } => {
                let end = Instant::now() + time;
                match self.until(Some(time), "time", |_| Instant::now() >= end).await {
                    Err(Failure::Waited { .. }) => Ok(()),
                    result => result,
                }
            }
            Wait::Said => {
                self.until(Some(self.timeout), "the customer to say something", |known| known.said > 0)
                    .await?;
                self.watcher.known().said -= 1;
                Ok(())
            }
            Wait::Revoked => {
                let revoked = |known: &Known| known.grants.is_some() && !known.allows(Grant::Control);
                self.until(Some(self.timeout), "control to be taken back", revoked).await
            }
        }
    }

    /// Refuses an area of which the picture shows nothing.
    async fn need_shown(&mut self, area: Rect) -> Result<(), Failure> {
        self.until(Some(self.timeout), "the first picture", |known| known.layout.is_some()).await?;
        let shown = self.watcher.known().area;
        if shown.intersection(area).is_empty() {
            return Err(Failure::Usage(format!(
                "this area is outside the picture, which shows {} x {} pixels at {},{} of the customer's desktop",
                shown.width, shown.height, shown.x, shown.y
            )));
        }
        Ok(())
    }

    async fn settle(&mut self, time: Duration) -> Result<(), Failure> {
        self.need(Grant::View)?;
        let give_up = Instant::now() + self.timeout;
        loop {
            self.until(Some(self.timeout), "a complete picture", |known| known.complete && !known.lost)
                .await?;
            let before = self.watcher.known().changes;
            let quiet_since = self.watcher.known().changed_at.unwrap_or_else(Instant::now);
            let rest = (quiet_since + time).saturating_duration_since(Instant::now());
            match self.until(Some(rest), "quiet", |known| known.changes != before).await {
                Err(Failure::Waited { .. }) => return Ok(()),
                Err(other) => return Err(other),
                Ok(()) if Instant::now() > give_up => {
                    let seconds = self.timeout.as_secs_f64();
                    return Err(Failure::Waited { what: "the screen to settle".to_owned(), seconds });
                }
                Ok(()) => {}
            }
        }
    }

    async fn monitors(&mut self) -> Result<(), Failure> {
        self.need(Grant::View)?;
        self.until(Some(self.timeout), "the list of monitors", |known| known.layout.is_some()).await?;
        if let Some(layout) = &self.watcher.known().layout {
            self.say.monitors(layout);
        }
        Ok(())
    }

    async fn watch(&mut self, view: View) -> Result<(), Failure> {
        self.need(Grant::View)?;
        self.until(Some(self.timeout), "the list of monitors", |known| known.layout.is_some()).await?;
        let screens = {
            let known = self.watcher.known();
            if known.layout.as_ref().is_some_and(|layout| layout.area_of(view).is_none()) {
                return Err(Failure::Usage(
                    "the customer has no such monitor; `monitors` lists them".to_owned(),
                ));
            }
            known.screens
        };
        self.control.watch(view).await;
        self.until(Some(self.timeout), "the other picture", |known| known.screens > screens && known.complete)
            .await
    }

    pub(super) fn need(&self, grant: Grant) -> Result<(), Failure> {
        if self.watcher.known().allows(grant) {
            return Ok(());
        }
        Err(Failure::NotAllowed(grant.name()))
    }

    /// Waits until something holds, at most so long, or until the session ends.
    pub(super) async fn until(
        &mut self,
        timeout: Option<Duration>,
        what: &str,
        holds: impl Fn(&Known) -> bool,
    ) -> Result<(), Failure> {
        let wait = async {
            loop {
                {
                    let known = self.watcher.known();
                    if holds(&known) {
                        return Ok(());
                    }
                    if let Some(end) = &known.ended {
                        return Err(Failure::Ended(end.clone()));
                    }
                }
                self.watcher.news().await;
            }
        };
        match timeout {
            None => wait.await,
            Some(timeout) => tokio::time::timeout(timeout, wait).await.unwrap_or_else(|_| {
                Err(Failure::Waited { what: what.to_owned(), seconds: timeout.as_secs_f64() })
            }),
        }
    }
}

fn drag(from: Point, to: Point, button: Button) -> Vec<Input> {
    let place = |part: i32| Point { x: between(from.x, to.x, part), y: between(from.y, to.y, part) };
    let mut inputs = vec![Input::Move(from), Input::Button { button, pressed: true, at: from }];
    inputs.extend((1..=DRAG_PLACES).map(|part| Input::Move(place(part))));
    inputs.push(Input::Button { button, pressed: false, at: to });
    inputs
}

/// The place after so many parts of the way.
fn between(from: i32, to: i32, part: i32) -> i32 {
    let way = i64::from(to) - i64::from(from);
    i32::try_from(i64::from(from) + way * i64::from(part) / i64::from(DRAG_PLACES)).unwrap_or(to)
}
