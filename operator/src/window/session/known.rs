//! What is known of the session, and what that means for the picture.

use std::sync::Arc;
use std::time::{Duration, Instant};

use farhand_media::State as PictureState;
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::screen::{Layout, Point, PointerShape, Rect, View};
use farhand_proto::session::Undone;
use farhand_session::{ActError, SayError, Statistics};
use farhand_window::Redraw;

use super::News;

/// Silence that has passed already when a line counts as lost.
const SILENCE: Duration = Duration::from_secs(1);
/// How long it is said that something was not done.
const NOTICE: Duration = Duration::from_secs(6);
/// How long it stays whatever is pressed next.
const READ: Duration = Duration::from_secs(2);

/// All that was heard.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// What is allowed, once the customer has answered.
    pub(super) grants: Option<Grants>,
    /// What was allowed before and is not any more.
    pub(super) taken_back: Grants,
    /// Until when the customer can answer.
    pub(super) asking_until: Option<Instant>,
    /// They were asked anew: a notice was before them, and they have read it.
    is_notice_read: bool,
    pub(super) paused: bool,
    pub(super) layout: Option<Layout>,
    pub(super) view: View,
    pub(super) area: Rect,
    /// Whether the shared picture shows `area`, and the customer's screen of this moment.
    pub(super) has_picture: bool,
    /// How the shared picture compares with the customer's screen, if there is one.
    pub(super) picture: Option<PictureState>,
    pub(super) shape: Option<Arc<PointerShape>>,
    pub(super) pointer_at: Option<Point>,
    pub(super) is_held: bool,
    pub(super) lost_since: Option<Instant>,
    /// Since when the customer's desktop does not answer.
    silent_since: Option<Instant>,
    /// How long the session waits for another line.
    pub(super) resume_window: Duration,
    /// How often a line has been looked for since then.
    pub(super) attempt: u32,
    pub(super) statistics: Statistics,
    /// The session goes without the relay.
    pub(super) is_direct: bool,
    pub(super) relay_stops: bool,
    pub(super) ended: Option<String>,
    notice: Option<(Notice, Instant)>,
    /// Made-up sessions stand still at this moment.
    pub(super) stopped_at: Option<Instant>,
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Notice {
    Undone(Undone),
    NotTaken(ActError),
    NotSaid(SayError),
    /// No window for choosing files opened.
    NoDialog,
    /// Too much waits to be carried.
    TooMany,
}

/// What the picture is worth.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum State {
    /// The customer is being asked; so long they have still, of which reading a notice may come first.
    Asking { left: Option<Duration>, may_be_reading: bool },
    /// The customer does not let anybody see the screen.
    Hidden,
    /// It is on its way.
    Arriving,
    /// It is the customer's screen.
    Live,
    /// The customer has paused the session.
    Paused,
    /// It is so old, for the customer's desktop does not answer.
    Silent { age: Duration },
    /// It is so old, and a line is looked for: this is the try, and the session is given up in so long.
    Lost { age: Duration, attempt: u32, left: Duration },
    /// The session is over, in words.
    Ended(String),
}

impl Known {
    /// Nothing yet. `resume_window` is how long the session waits for another line.
    pub(super) fn new(resume_window: Duration) -> Self {
        Self { resume_window, ..Self::default() }
    }

    fn now(&self) -> Instant {
        self.stopped_at.unwrap_or_else(Instant::now)
    }

    pub(super) fn state(&self) -> State {
        if let Some(words) = &self.ended {
            State::Ended(words.clone())
        } else if let Some(since) = self.lost_since {
            let age = self.now().saturating_duration_since(since);
            let left = self.resume_window.saturating_sub(age.saturating_sub(SILENCE));
            State::Lost { age, attempt: self.attempt, left }
        } else if self.grants.is_none() {
            State::Asking {
                left: self.asking_until.map(|end| end.saturating_duration_since(self.now())),
                may_be_reading: !self.is_notice_read,
            }
        } else if self.paused {
            State::Paused
        } else if !self.allows(Grant::View) {
            State::Hidden
        } else if let Some(since) = self.silent_since {
            State::Silent { age: self.now().saturating_duration_since(since) }
        } else if !self.has_picture {
            State::Arriving
        } else {
            State::Live
        }
    }

    pub(super) fn allows(&self, grant: Grant) -> bool {
        self.grants.is_some_and(|grants| grants.allows(grant))
    }

    /// Whether what the operator sees is what is there.
    pub(super) fn is_live(&self) -> bool {
        self.state() == State::Live
    }

    /// Whether nothing can be seen or done now, whatever is allowed.
    pub(super) fn stands_still(&self) -> bool {
        matches!(
            self.state(),
            State::Asking { .. }
                | State::Paused
                | State::Silent { .. }
                | State::Lost { .. }
                | State::Ended(_)
        )
    }

    /// What was not done a moment ago.
    pub(super) fn notice(&self) -> Option<&Notice> {
        let is_news = |until: &Instant| *until > self.now() && self.ended.is_none();
        self.notice.as_ref().filter(|(_, until)| is_news(until)).map(|(notice, _)| notice)
    }

    /// Something was not done.
    pub(super) fn tell(&mut self, notice: Notice) {
        self.notice = Some((notice, self.now() + NOTICE));
    }

    /// Something else was pressed: what was said of what came before has been read, if there was time for it.
    pub(super) fn pressed(&mut self) {
        let now = self.now();
        self.notice.take_if(|(_, until)| *until <= now + (NOTICE - READ));
    }

    pub(super) fn note(&mut self, news: News) -> Redraw {
        match news {
            News::Asking(time) => {
                self.is_notice_read = self.asking_until.is_some();
                self.asking_until = self.now().checked_add(time);
            }
            News::Allowed(grants) => self.note_grants(grants),
            News::Paused(paused) => {
                self.paused = paused;
                // What comes when it goes on is another picture.
                self.has_picture = false;
            }
            News::Screen { layout, view, area } => {
                (self.layout, self.view, self.area) = (Some(layout), view, area);
                self.has_picture = false;
            }
            News::Picture { state } => {
                let before = self.picture.replace(state);
                if self.has_picture && before == Some(state) {
                    return Redraw::Pictures;
                }
                self.has_picture = self.allows(Grant::View) && !self.paused;
            }
            News::Shape(shape) => self.shape = Some(Arc::new(shape)),
            News::PointerAt(at) => {
                self.pointer_at = Some(at);
                return Redraw::Pictures;
            }
            News::Holding(held) => self.is_held = held,
            News::Answering(answers) => {
                // It is told after a second of silence.
                self.silent_since = (!answers).then(|| self.now()).and_then(|now| now.checked_sub(SILENCE));
            }
            News::Undone(why) => self.tell(Notice::Undone(why)),
            News::NotTaken(why) => self.tell(Notice::NotTaken(why)),
            News::Lost => {
                self.attempt = 1;
                self.lost_since = Some(self.now().checked_sub(SILENCE).unwrap_or(self.now()));
                self.statistics = silent(&self.statistics);
            }
            News::Retrying(attempt) => self.attempt = attempt,
            News::Found => {
                self.relay_stops = false;
                self.lost_since = None;
                // A whole picture comes, and until then the one that is there is old.
                self.picture = None;
            }
            News::Statistics(statistics) => {
                let is_lost = self.lost_since.is_some();
                let statistics = if is_lost { silent(&statistics) } else { statistics };
                let before = std::mem::replace(&mut self.statistics, statistics);
                if shown(&statistics) == shown(&before) {
                    return Redraw::Nothing;
                }
            }
            News::Direct(direct) => self.is_direct = direct,
            News::RelayStopping => self.relay_stops = true,
            // What travels beside the picture is the view's.
            News::Said(_)
            | News::Chosen(_)
            | News::NotCarried(_)
            | News::File(_)
            | News::Progress(_)
            | News::Clipboard(_) => {}
            News::NoDialog => self.tell(Notice::NoDialog),
            News::NotSaid(why) => self.tell(Notice::NotSaid(why)),
            News::Ended(words) => self.ended = Some(words),
        }
        Redraw::All
    }

    fn note_grants(&mut self, grants: Grants) {
        let before = self.grants.unwrap_or_default();
        self.taken_back = self.taken_back.or(before).without(grants);
        self.grants = Some(grants);
        self.has_picture &= grants.allows(Grant::View);
        self.is_held &= grants.allows(Grant::Control);
    }
}

/// The numbers of a line over which nothing comes: what was measured before does not hold.
fn silent(before: &Statistics) -> Statistics {
    Statistics { round_trip: None, bytes: 0, updates: 0, ..*before }
}

/// What is seen of the numbers: milliseconds, kbit/s, frames and acts.
pub(super) fn shown(statistics: &Statistics) -> (Option<u64>, u64, u64, u64) {
    let time = statistics.round_trip.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1));
    let rate = statistics.bytes.saturating_mul(8).div_ceil(1000);
    (time, rate, u64::from(statistics.updates), statistics.acts_waiting)
}

#[cfg(test)]
mod tests {
    use farhand_proto::bounded::List;
    use farhand_proto::screen::Size;

    use super::*;

    fn both() -> Grants {
        Grant::ALL.into_iter().collect()
    }

    fn live() -> Known {
        let mut known = Known::new(Duration::from_secs(120));
        let desktop = Size { width: 640, height: 480 };
        known.note(News::Asking(Duration::from_secs(60)));
        assert!(matches!(known.state(), State::Asking { left: Some(_), may_be_reading: true }));
        known.note(News::Asking(Duration::from_secs(60)));
        assert!(matches!(known.state(), State::Asking { left: Some(_), may_be_reading: false }));
        known.note(News::Allowed(both()));
        assert_eq!(known.state(), State::Arriving);
        let layout = Layout { monitors: List::default(), desktop };
        known.note(News::Screen { layout, view: View::DESKTOP, area: Rect::of_size(desktop) });
        assert_eq!(known.state(), State::Arriving);
        assert_eq!(known.note(News::Picture { state: PictureState::Partial }), Redraw::All);
        assert_eq!(known.state(), State::Live);
        known
    }

    #[test]
    fn a_picture_is_live_only_while_it_can_be_trusted() {
        let mut known = live();
        assert_eq!(
            known.note(News::Picture { state: PictureState::Exact }),
            Redraw::All,
            "the line below says so"
        );
        assert_eq!(known.note(News::Picture { state: PictureState::Exact }), Redraw::Pictures);
        known.note(News::Lost);
        let whole = known.resume_window;
        assert!(
            matches!(known.state(), State::Lost { age, attempt: 1, left } if age >= SILENCE && left <= whole)
        );
        let lost = known.now();
        known.stopped_at = lost.checked_add(Duration::from_secs(30));
        let State::Lost { age, left, .. } = known.state() else { panic!() };
        assert!(age >= Duration::from_secs(31) - Duration::from_millis(1) && age + left == whole + SILENCE);
        known.stopped_at = lost.checked_add(Duration::from_secs(300));
        assert!(matches!(known.state(), State::Lost { left: Duration::ZERO, .. }));
        known.stopped_at = None;
        known.note(News::Found);
        assert_eq!(known.state(), State::Live);
        known.note(News::Paused(true));
        assert_eq!(known.state(), State::Paused);
        known.note(News::Picture { state: PictureState::Exact });
        known.note(News::Paused(false));
        assert_eq!(known.state(), State::Arriving, "what comes now is another picture");
        known.note(News::Picture { state: PictureState::Exact });
        assert_eq!(known.state(), State::Live);
        known.note(News::Allowed(Grants::NONE.with(Grant::Control)));
        assert_eq!(known.state(), State::Hidden);
        known.note(News::Allowed(both()));
        assert_eq!(known.state(), State::Arriving);
        known.note(News::Ended("gone".to_owned()));
        assert_eq!(known.state(), State::Ended("gone".to_owned()));
    }

    #[test]
    fn a_lost_line_has_no_round_trip() {
        let mut known = live();
        let measured = Statistics { round_trip: Some(Duration::from_millis(3)), ..Statistics::default() };
        known.note(News::Statistics(measured));
        known.note(News::Lost);
        assert_eq!(known.statistics.round_trip, None);
        known.note(News::Statistics(measured));
        assert_eq!(known.statistics.round_trip, None);
        known.note(News::Found);
        known.note(News::Statistics(measured));
        assert_eq!(known.statistics, measured);
    }

    #[test]
    fn another_screen_needs_another_picture() {
        let mut known = live();
        let (layout, area) = (known.layout.clone().unwrap(), known.area);
        known.note(News::Screen { layout, view: View::DESKTOP, area });
        assert_eq!(known.state(), State::Arriving);
    }

    #[test]
    fn what_was_taken_back_is_remembered_until_it_is_given_again() {
        let mut known = live();
        known.note(News::Holding(true));
        known.note(News::Allowed(Grants::NONE.with(Grant::View)));
        assert_eq!(known.taken_back, both().without(Grants::NONE.with(Grant::View)));
        assert!(!known.is_held);
        known.note(News::Allowed(Grants::NONE));
        assert_eq!(known.taken_back, both());
        known.note(News::Allowed(both()));
        assert_eq!(known.taken_back, Grants::NONE);
    }

    #[test]
    fn numbers_that_stay_cost_nothing() {
        let mut known = live();
        let numbers = Statistics { updates: 7, ..Statistics::default() };
        assert_eq!(known.note(News::Statistics(numbers)), Redraw::All);
        assert_eq!(known.note(News::Statistics(numbers)), Redraw::Nothing);
        let alike = Statistics { bytes: 100, ..numbers };
        assert_eq!(known.note(News::Statistics(alike)), Redraw::All);
        assert_eq!(known.note(News::Statistics(Statistics { bytes: 120, ..alike })), Redraw::Nothing);
    }
}
