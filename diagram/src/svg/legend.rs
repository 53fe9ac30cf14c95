//! Statuses of states: their badges, and the legend below the picture.

use stepwright_asl::overlay::{Mark, Status};

use crate::layout::{Point, Rect};
use crate::marks::{self, Tone};
use crate::outline::Outline;
use crate::text::{Font, wrap, xml};

use super::canvas::{Canvas, number};

const HEIGHT: f64 = 16.0;
/// The width of the sign in a badge.
const SIGN: f64 = 16.0;
/// The height of a row of the legend, also used as the margin above the legend.
const ROW: f64 = 22.0;
const ABOVE: f64 = 18.0;
/// The minimum width of a legend before a row is wrapped.
const NARROWEST: f64 = 320.0;
const BADGE: Font = Font {
    size: 10.5,
    stretch: 1.07,
};
const WORD: Font = Font {
    size: 11.0,
    stretch: 1.03,
};

/// Draws the badge of a state, over its upper right corner: lines arrive in the middle, and the
/// retry mark is lower.
pub(super) fn badge(out: &mut Canvas, mark: &Mark, rect: Rect) {
    if mark.status == Status::NotEntered && mark.badge.is_empty() {
        return;
    }
    let right = rect.corner.x + rect.size.width + 6.0;
    let left = right - width(&mark.badge);
    pill(out, mark.status, &mark.badge, left, rect.corner.y - 11.0);
}

fn width(text: &str) -> f64 {
    if text.is_empty() {
        SIGN
    } else {
        SIGN + BADGE.width(text) + 6.0
    }
}

fn pill(out: &mut Canvas, status: Status, text: &str, x: f64, y: f64) {
    out.line(&format!(
        r#"<g class="badge {}"><rect x="{}" y="{}" width="{}" height="{HEIGHT}" rx="8"/>{}"#,
        marks::class(status),
        number(x),
        number(y),
        number(width(text)),
        sign(status, x + SIGN / 2.0, y + HEIGHT / 2.0),
    ));
    if !text.is_empty() {
        out.line(&format!(
            r#"<text x="{}" y="{}">{}</text>"#,
            number(x + SIGN - 1.0),
            number(y + 12.0),
            xml(text)
        ));
    }
    out.line("</g>");
}

/// The sign in a badge, for readers who cannot distinguish the colours. It is a path, because not
/// every font has the characters.
fn sign(status: Status, x: f64, y: f64) -> String {
    let data = match marks::tone(status) {
        Tone::Good => "m-3.2 .3l2.3 2.3l4.2-5",
        Tone::Warning => "m0-4v4.8m0 2.6v.2",
        Tone::Bad => "m-2.7-2.7l5.4 5.4m0-5.4l-5.4 5.4",
        Tone::Running => "m-1.6-2.6l4 2.6l-4 2.6z",
        Tone::Stopped => "m-2.2-2.2h4.4v4.4h-4.4z",
        Tone::Neutral => "m-2.8 0h5.6",
    };
    format!(r#"<path d="M{} {}{data}"/>"#, number(x), number(y))
}

/// The legend below a picture with marks.
#[derive(Debug, Default)]
pub(super) struct Legend {
    title: Vec<String>,
    /// Each status with its position.
    items: Vec<(Status, f64, f64)>,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Legend {
    /// The legend of an outline, for a picture of this width; empty if the outline has no marks.
    pub(super) fn of(outline: &Outline, width: f64) -> Legend {
        let Some(title) = &outline.overlay else {
            return Legend::default();
        };
        let room = width.max(NARROWEST);
        let mut legend = Legend {
            title: wrap(title, WORD, room, 3),
            ..Legend::default()
        };
        let titles = legend.title.iter().map(|line| WORD.width(line));
        legend.width = titles.fold(0.0, f64::max);
        let mut y = ABOVE + ROW * legend.title.len() as f64;
        let mut x = 0.0;
        for status in marks::legend(outline) {
            let item = SIGN + 6.0 + WORD.width(status.as_str());
            if x > 0.0 && x + item > room {
                x = 0.0;
                y += ROW;
            }
            legend.items.push((status, x, y));
            legend.width = legend.width.max(x + item);
            x += item + 16.0;
        }
        legend.height = if legend.items.is_empty() { y } else { y + ROW };
        legend
    }

    /// Draws it below `top`.
    pub(super) fn draw(&self, out: &mut Canvas, top: f64) {
        if self.height == 0.0 {
            return;
        }
        out.begin(Point::default());
        out.line(r#"<g class="legend">"#);
        for (row, line) in self.title.iter().enumerate() {
            out.line(&format!(
                r#"<text class="title" x="0" y="{}">{}</text>"#,
                number(top + ABOVE + ROW * row as f64 + 12.0),
                xml(line)
            ));
        }
        for &(status, x, y) in &self.items {
            pill(out, status, "", x, top + y);
            out.line(&format!(
                r#"<text x="{}" y="{}">{}</text>"#,
                number(x + SIGN + 6.0),
                number(top + y + 12.0),
                status.as_str()
            ));
        }
        out.line("</g>");
    }
}
