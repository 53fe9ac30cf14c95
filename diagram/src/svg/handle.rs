//! The handles of an editor: a `+` on each transition and in each body without states.

use stepwright_asl::json::Json;

use crate::layout::{Layout, Line, Path, Point, RETRY, Rect, Segment, What};
use crate::outline::{Node, Outline};
use crate::text::xml;

use super::canvas::{Canvas, number};

/// The radius of a handle.
const RADIUS: f64 = 9.0;
/// The positions on a line at which a handle may be, as shares of its length, the best first.
const SHARES: [f64; 9] = [0.5, 0.35, 0.65, 0.25, 0.75, 0.15, 0.85, 0.08, 0.92];
/// The outline of a round handle, from its left point.
const RING: &str = "a9 9 0 1 0 18 0a9 9 0 1 0 -18 0";
/// How many points of a curve are compared.
const STEPS: usize = 12;

/// The pointers of the transitions of a line, as a JSON array: the names of the targets, or `End`.
/// `None` for a line that several transitions share.
pub(super) fn pointers(outline: &Outline, body: usize, line: &Line) -> Option<String> {
    let owner = &outline.bodies[body];
    let pointers: Vec<String> = match line.what {
        What::Link(link) => owner.links[link].pointers.clone(),
        What::Start => vec![format!("{}/StartAt", owner.pointer)],
        What::End(at) => vec![format!("{}/End", outline.nodes[owner.nodes[at]].pointer)],
        What::Trunk(_) => return None,
    };
    let pointers = pointers.iter().map(|pointer| pointer.as_str().into());
    Some(Json::Array(pointers.collect()).to_string())
}

/// Draws the handles over everything else.
pub(super) fn draw(out: &mut Canvas, outline: &Outline, layout: &Layout) {
    for (index, body) in layout.bodies.iter().enumerate() {
        let origin = layout.origins[index];
        for line in &body.lines {
            if let Some(pointers) = pointers(outline, index, line) {
                plus(out, &pointers, place(line).moved(origin));
            }
        }
        if outline.bodies[index].nodes.is_empty() {
            let frame = layout.frames[index];
            let pointers = format!("{}/StartAt", outline.bodies[index].pointer);
            let pointers = Json::Array(vec![pointers.into()]).to_string();
            plus(out, &pointers, centre(frame));
        }
    }
    // A single state in a branch or a Map has no lines to marks.
    for (index, owner) in outline.bodies.iter().enumerate() {
        if outline.is_marked(index) {
            continue;
        }
        for (at, node) in owner.nodes.iter().enumerate() {
            let rect = layout.nodes[*node];
            let middle = rect.corner.x + rect.size.width / 2.0;
            let bottom = rect.corner.y + rect.size.height;
            let start = format!("{}/StartAt", owner.pointer);
            let end = format!("{}/End", outline.nodes[*node].pointer);
            let ends = [
                (start, rect.corner.y, at == 0),
                (end, bottom, outline.nodes[*node].ends),
            ];
            for (pointer, y, _) in ends.into_iter().filter(|(.., is_shown)| *is_shown) {
                let pointers = Json::Array(vec![pointer.into()]).to_string();
                plus(out, &pointers, Point { x: middle, y });
            }
        }
    }
}

fn plus(out: &mut Canvas, pointers: &str, at: Point) {
    out.begin(at);
    // One element, because a large picture has hundreds of them.
    out.line(&format!(
        r#"<path class="plus" data-edges="{}" d="M-{RADIUS} 0{RING}M-4 0h8M0 -4v8"/>"#,
        xml(pointers),
    ));
}

/// Draws the handle that folds the bodies of a state, or unfolds them.
pub(super) fn fold(out: &mut Canvas, node: &Node, rect: Rect) {
    if !out.is_editable() || (node.inner.is_empty() && node.folded.is_none()) {
        return;
    }
    let retry = if node.retries { RETRY } else { 0.0 };
    let (x, y) = (rect.size.width - 14.0 - retry, 14.0);
    let (sign, title) = match node.folded {
        Some(_) => ("m7 4l4 -4l-4 -4", "unfold"),
        None => ("m5 -2l4 4l4 -4", "fold"),
    };
    out.line(&format!(
        r#"<path class="fold" d="M{} {}{RING}{sign}"><title>{title}</title></path>"#,
        number(x - RADIUS),
        number(y),
    ));
}

/// The text of a pointer in an attribute: as inside of a JSON string, because names may contain
/// control characters.
pub(super) fn escaped(pointer: &str) -> String {
    let json = Json::from(pointer).to_string();
    json[1..json.len() - 1].to_owned()
}

fn centre(rect: Rect) -> Point {
    Point {
        x: rect.corner.x + rect.size.width / 2.0,
        y: rect.corner.y + rect.size.height / 2.0,
    }
}

/// The point of a line at which its handle covers no label.
fn place(line: &Line) -> Point {
    let points = points(&line.path);
    let at = |share| along(&points, share);
    let is_free = |point: &Point| match line.label {
        None => true,
        Some(label) => {
            let (left, top) = (label.corner.x - RADIUS, label.corner.y - RADIUS);
            let right = label.corner.x + label.size.width + RADIUS;
            let bottom = label.corner.y + label.size.height + RADIUS;
            point.x < left || point.x > right || point.y < top || point.y > bottom
        }
    };
    let free = SHARES.into_iter().map(at).find(is_free);
    free.unwrap_or_else(|| at(SHARES[0]))
}

/// The corners of a path, with its curves as short straight lines.
fn points(path: &Path) -> Vec<Point> {
    let mut points = vec![path.start];
    for segment in &path.segments {
        let start = points[points.len() - 1];
        match *segment {
            Segment::Line(end) => points.push(end),
            Segment::Curve(first, second, end) => {
                points.extend((1..=STEPS).map(|step| {
                    let t = step as f64 / STEPS as f64;
                    let u = 1.0 - t;
                    let mix = |a: f64, b: f64, c: f64, d: f64| {
                        u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d
                    };
                    Point {
                        x: mix(start.x, first.x, second.x, end.x),
                        y: mix(start.y, first.y, second.y, end.y),
                    }
                }));
            }
        }
    }
    points
}

/// The point at a share of the length of a line.
fn along(points: &[Point], share: f64) -> Point {
    let length = |pair: &[Point]| (pair[1].x - pair[0].x).hypot(pair[1].y - pair[0].y);
    let whole: f64 = points.windows(2).map(length).sum();
    let mut rest = whole * share;
    for pair in points.windows(2) {
        let own = length(pair);
        if own >= rest && own > 0.0 {
            let part = rest / own;
            return Point {
                x: pair[0].x + (pair[1].x - pair[0].x) * part,
                y: pair[0].y + (pair[1].y - pair[0].y) * part,
            };
        }
        rest -= own;
    }
    points[points.len() - 1]
}
