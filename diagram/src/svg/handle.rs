//! The handles of an editor: a `+` for each transition and in each body without states.

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
/// The distance between two handles of a line.
const GAP: f64 = 3.0;
/// How many points at the sides of a label are tried, in addition to those for its handles.
const SIDES: usize = 8;
/// How many points of a curve are compared.
const STEPS: usize = 12;

/// The pointers of the transitions of a line: the names of the targets, or `End`. Empty for a line
/// that several transitions share.
fn pointers(outline: &Outline, body: usize, line: &Line) -> Vec<String> {
    let owner = &outline.bodies[body];
    match line.what {
        What::Link(link) => owner.links[link].pointers.clone(),
        What::Start => vec![format!("{}/StartAt", owner.pointer)],
        What::End(at) => vec![format!("{}/End", outline.nodes[owner.nodes[at]].pointer)],
        What::Trunk(_) => Vec::new(),
    }
}

/// The pointers of the transitions of a line, as a JSON array. `None` for a line that several
/// transitions share.
pub(super) fn edges(outline: &Outline, body: usize, line: &Line) -> Option<String> {
    let pointers = pointers(outline, body, line);
    (!pointers.is_empty()).then(|| array(pointers))
}

fn array(pointers: Vec<String>) -> String {
    Json::Array(pointers.into_iter().map(Json::from).collect()).to_string()
}

/// Draws the handles over everything else: one for each transition.
pub(super) fn draw(out: &mut Canvas, outline: &Outline, layout: &Layout) {
    for (index, body) in layout.bodies.iter().enumerate() {
        let origin = layout.origins[index];
        let labels = Labels::of(&body.lines);
        for line in &body.lines {
            let pointers = pointers(outline, index, line);
            let places = places(line, pointers.len(), &labels);
            for (pointer, place) in pointers.into_iter().zip(places) {
                plus(out, pointer, place.moved(origin));
            }
        }
        if outline.bodies[index].nodes.is_empty() {
            let frame = layout.frames[index];
            let pointer = format!("{}/StartAt", outline.bodies[index].pointer);
            plus(out, pointer, centre(frame));
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
            let start = format!("{}/StartAt", owner.pointer);
            let end = format!("{}/End", outline.nodes[*node].pointer);
            let ends = [
                (start, rect.corner.y, at == 0),
                (end, rect.bottom(), outline.nodes[*node].ends),
            ];
            for (pointer, y, _) in ends.into_iter().filter(|(.., is_shown)| *is_shown) {
                plus(out, pointer, Point { x: middle, y });
            }
        }
    }
}

fn plus(out: &mut Canvas, pointer: String, at: Point) {
    out.begin(at);
    // One element, because a large picture has hundreds of them.
    out.line(&format!(
        r#"<path class="plus" data-edges="{}" d="M-{RADIUS} 0{RING}M-4 0h8M0 -4v8"/>"#,
        xml(&array(vec![pointer])),
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

/// The labels of a body, by their upper ends.
struct Labels {
    rects: Vec<Rect>,
    /// The height of the highest one.
    most: f64,
}

impl Labels {
    fn of(lines: &[Line]) -> Labels {
        let mut rects: Vec<Rect> = lines.iter().filter_map(|line| line.label).collect();
        rects.sort_by(|one, other| one.corner.y.total_cmp(&other.corner.y));
        let heights = rects.iter().map(|rect| rect.size.height);
        let most = heights.fold(0.0, f64::max);
        Labels { rects, most }
    }

    /// Whether a handle at a point covers a part of a label.
    fn are_covered(&self, at: Point) -> bool {
        let first = at.y - RADIUS - self.most;
        let start = self.rects.partition_point(|rect| rect.corner.y < first);
        let near = self.rects[start..].iter();
        let mut near = near.take_while(|rect| rect.corner.y <= at.y + RADIUS);
        near.any(|rect| {
            let x = at.x.clamp(rect.corner.x, rect.right());
            let y = at.y.clamp(rect.corner.y, rect.bottom());
            (at.x - x).hypot(at.y - y) < RADIUS
        })
    }
}

/// The points of a line for its handles, from top to bottom. They cover no label and not each
/// other. If the line is too short, they are at the sides of its label.
fn places(line: &Line, count: usize, labels: &Labels) -> Vec<Point> {
    let points = points(&line.path);
    let middle = along(&points, 0.5);
    let on_line = SHARES.into_iter().map(|share| along(&points, share));
    let ends = line.label.map_or((middle.x, middle.x), |label| {
        (label.corner.x, label.right())
    });
    let sides = (0..2 * count + SIDES).map(|index| {
        let step = 1.0 + (index / 2) as f64 * (2.0 * RADIUS + GAP);
        let x = match index % 2 {
            0 => ends.0 - RADIUS - step,
            _ => ends.1 + RADIUS + step,
        };
        Point { x, y: middle.y }
    });
    let mut found: Vec<Point> = Vec::with_capacity(count);
    for at in on_line.chain(sides) {
        if found.len() == count {
            break;
        }
        let mut others = found.iter();
        let is_apart =
            others.all(|other| (at.x - other.x).hypot(at.y - other.y) >= 2.0 * RADIUS + GAP);
        if is_apart && !labels.are_covered(at) {
            found.push(at);
        }
    }
    found.resize(count, middle);
    found.sort_by(|one, other| one.y.total_cmp(&other.y).then(one.x.total_cmp(&other.x)));
    found
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
