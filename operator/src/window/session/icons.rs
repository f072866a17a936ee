//! The signs on the strip's buttons, drawn with lines: the typeface holds none.

use farhand_window::egui::{
    self, Color32, CornerRadius, Painter, Pos2, Rect, Stroke, StrokeKind, Vec2, pos2,
};

/// A sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Icon {
    Eye,
    Key,
    Letters,
    Speech,
    Keyboard,
    Monitors,
    Size,
    Grow,
    Shrink,
    More,
    Stop,
    Tick,
    Cross,
    Dash,
    Ring,
}

/// The side of a sign, in points.
pub(super) const SIDE: f32 = 18.0;

impl Icon {
    /// Draws it around `centre`.
    pub(super) fn paint(self, painter: &Painter, centre: Pos2, colour: Color32) {
        let stroke = Stroke::new(1.6, colour);
        let pen = Pen { painter, origin: centre - Vec2::splat(SIDE / 2.0), stroke };
        match self {
            Self::Eye => {
                pen.path(&[
                    (1.0, 9.0),
                    (5.0, 5.0),
                    (9.0, 4.0),
                    (13.0, 5.0),
                    (17.0, 9.0),
                    (13.0, 13.0),
                    (9.0, 14.0),
                    (5.0, 13.0),
                    (1.0, 9.0),
                ]);
                painter.circle_stroke(centre, 2.5, stroke);
            }
            Self::Speech => {
                pen.path(&[
                    (2.0, 3.0),
                    (16.0, 3.0),
                    (16.0, 12.0),
                    (8.0, 12.0),
                    (4.0, 16.0),
                    (4.0, 12.0),
                    (2.0, 12.0),
                    (2.0, 3.0),
                ]);
            }
            Self::Key => {
                pen.frame(2.0, 3.0, 14.0, 12.0);
                pen.path(&[(6.0, 6.0), (6.0, 12.0)]);
                pen.path(&[(11.5, 6.0), (6.5, 9.5), (11.5, 12.0)]);
            }
            Self::Letters => {
                pen.path(&[(3.0, 4.0), (15.0, 4.0)]);
                pen.path(&[(9.0, 4.0), (9.0, 15.0)]);
                pen.path(&[(6.5, 15.0), (11.5, 15.0)]);
            }
            Self::Keyboard => {
                pen.frame(1.0, 4.0, 16.0, 10.0);
                for x in [4.0, 7.3, 10.7, 14.0] {
                    painter.circle_filled(pen.at((x, 7.5)), 0.9, colour);
                }
                pen.path(&[(5.0, 11.0), (13.0, 11.0)]);
            }
            Self::Monitors => {
                pen.frame(1.0, 4.0, 7.5, 8.0);
                pen.frame(9.5, 4.0, 7.5, 8.0);
                pen.path(&[(3.0, 15.0), (7.0, 15.0)]);
                pen.path(&[(11.0, 15.0), (15.0, 15.0)]);
            }
            Self::Size => {
                pen.frame(2.0, 2.0, 14.0, 14.0);
                pen.frame(2.0, 9.0, 7.0, 7.0);
            }
            Self::Grow => {
                pen.path(&[(2.0, 7.0), (2.0, 2.0), (7.0, 2.0)]);
                pen.path(&[(16.0, 7.0), (16.0, 2.0), (11.0, 2.0)]);
                pen.path(&[(2.0, 11.0), (2.0, 16.0), (7.0, 16.0)]);
                pen.path(&[(16.0, 11.0), (16.0, 16.0), (11.0, 16.0)]);
            }
            Self::Shrink => {
                pen.path(&[(6.5, 2.0), (6.5, 6.5), (2.0, 6.5)]);
                pen.path(&[(11.5, 2.0), (11.5, 6.5), (16.0, 6.5)]);
                pen.path(&[(6.5, 16.0), (6.5, 11.5), (2.0, 11.5)]);
                pen.path(&[(11.5, 16.0), (11.5, 11.5), (16.0, 11.5)]);
            }
            Self::More => {
                for y in [4.5, 9.0, 13.5] {
                    pen.path(&[(3.0, y), (15.0, y)]);
                }
            }
            Self::Stop => {
                painter.circle_stroke(centre, 7.5, stroke);
                pen.path(&[(6.2, 6.2), (11.8, 11.8)]);
                pen.path(&[(11.8, 6.2), (6.2, 11.8)]);
            }
            Self::Tick => pen.path(&[(3.0, 9.5), (7.5, 14.0), (15.0, 4.5)]),
            Self::Cross => {
                pen.path(&[(4.0, 4.0), (14.0, 14.0)]);
                pen.path(&[(14.0, 4.0), (4.0, 14.0)]);
            }
            Self::Dash => pen.path(&[(4.0, 9.0), (14.0, 9.0)]),
            Self::Ring => {
                painter.circle_stroke(centre, 6.0, stroke);
            }
        }
    }
}

struct Pen<'a> {
    painter: &'a Painter,
    origin: Pos2,
    stroke: Stroke,
}

impl Pen<'_> {
    fn at(&self, (x, y): (f32, f32)) -> Pos2 {
        pos2(self.origin.x + x, self.origin.y + y)
    }

    fn path(&self, points: &[(f32, f32)]) {
        let points = points.iter().map(|point| self.at(*point)).collect();
        self.painter.add(egui::Shape::line(points, self.stroke));
    }

    fn frame(&self, x: f32, y: f32, width: f32, height: f32) {
        let rect = Rect::from_min_size(self.at((x, y)), egui::vec2(width, height));
        self.painter.rect_stroke(rect, CornerRadius::same(1), self.stroke, StrokeKind::Middle);
    }
}
