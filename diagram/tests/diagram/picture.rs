//! Parses the SVG of a picture.

use proptest::prelude::*;
use roxmltree::{Document, Node};

/// The contents of a picture.
#[derive(Debug, Default)]
pub(crate) struct Picture {
    pub(crate) states: Vec<State>,
    pub(crate) edges: Vec<Edge>,
    labels: Vec<Area>,
    size: (f64, f64),
    lines: Vec<Vec<(f64, f64)>>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) name: String,
    pub(crate) missing: bool,
    container: bool,
    area: Area,
}

impl State {
    /// Returns its horizontal centre.
    pub(crate) fn middle(&self) -> f64 {
        (self.area.0 + self.area.2) / 2.0
    }
}

#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) from: String,
    pub(crate) to: String,
}

/// Left, top, right, bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Area(f64, f64, f64, f64);

impl Area {
    fn overlaps(&self, other: &Area) -> bool {
        let apart = 0.5;
        self.0 + apart < other.2
            && other.0 + apart < self.2
            && self.1 + apart < other.3
            && other.1 + apart < self.3
    }

    /// Whether a point is strictly inside.
    fn holds(&self, (x, y): (f64, f64)) -> bool {
        let border = 0.75;
        x > self.0 + border && x < self.2 - border && y > self.1 + border && y < self.3 - border
    }

    fn around(&self, other: &Area) -> bool {
        self.0 <= other.0 && self.1 <= other.1 && self.2 >= other.2 && self.3 >= other.3
    }
}

impl Picture {
    pub(crate) fn read(svg: &str) -> Picture {
        let document = Document::parse(svg).expect("is well-formed");
        let root = document.root_element();
        let mut picture = Picture {
            size: (attribute(root, "width"), attribute(root, "height")),
            ..Picture::default()
        };
        for node in root.descendants().filter(Node::is_element) {
            let classes: Vec<&str> = node
                .attribute("class")
                .unwrap_or_default()
                .split(' ')
                .collect();
            if classes.contains(&"state") {
                let shape = node
                    .children()
                    .find(|child| child.attribute("class") == Some("box"));
                picture.states.push(State {
                    name: node.attribute("data-state").expect("has a name").to_owned(),
                    missing: classes.contains(&"missing"),
                    container: classes.contains(&"container"),
                    area: area(shape.expect("has a box")),
                });
            } else if classes.contains(&"edge") {
                picture.edges.push(Edge {
                    from: node
                        .attribute("data-from")
                        .expect("has a source")
                        .to_owned(),
                    to: node.attribute("data-to").expect("has a target").to_owned(),
                });
            } else if classes.contains(&"label") {
                let rect = node.children().find(|child| child.has_tag_name("rect"));
                picture.labels.push(area(rect.expect("has an area")));
            } else if classes.contains(&"line") {
                picture
                    .lines
                    .push(points(node.attribute("d").expect("has a path")));
            }
        }
        picture
    }

    /// Checks that no two states overlap, no line crosses a state, and no label overlaps a state or
    /// another label.
    pub(crate) fn is_tidy(&self) -> Result<(), TestCaseError> {
        let (width, height) = self.size;
        let paper = Area(-24.0, -24.0, width - 24.0, height - 24.0);
        for (at, state) in self.states.iter().enumerate() {
            prop_assert!(paper.around(&state.area), "{} is outside", state.name);
            for other in &self.states[at + 1..] {
                let nested = (state.container && state.area.around(&other.area))
                    || (other.container && other.area.around(&state.area));
                prop_assert!(
                    nested || !state.area.overlaps(&other.area),
                    "{} and {} overlap",
                    state.name,
                    other.name
                );
            }
        }
        let leaves = || self.states.iter().filter(|state| !state.container);
        for line in &self.lines {
            for state in leaves() {
                let hit = line.iter().find(|point| state.area.holds(**point));
                prop_assert!(
                    hit.is_none(),
                    "a line runs through {} at {:?}",
                    state.name,
                    hit
                );
            }
            // A line is either completely inside a container or completely outside.
            for state in self.states.iter().filter(|state| state.container) {
                let inside = line
                    .iter()
                    .filter(|point| state.area.holds(**point))
                    .count();
                prop_assert!(
                    inside == 0 || inside + 4 >= line.len(),
                    "a line crosses the border of {}",
                    state.name
                );
            }
        }
        for (at, label) in self.labels.iter().enumerate() {
            prop_assert!(paper.around(label), "a label is outside");
            for state in leaves() {
                prop_assert!(
                    !label.overlaps(&state.area),
                    "a label covers {}",
                    state.name
                );
            }
            for other in &self.labels[at + 1..] {
                prop_assert!(!label.overlaps(other), "two labels overlap");
            }
        }
        Ok(())
    }
}

fn attribute(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name)
        .expect("is there")
        .parse()
        .expect("is a number")
}

fn area(node: Node<'_, '_>) -> Area {
    if node.has_tag_name("rect") {
        let (x, y) = (attribute(node, "x"), attribute(node, "y"));
        return Area(
            x,
            y,
            x + attribute(node, "width"),
            y + attribute(node, "height"),
        );
    }
    // A hexagon:
    // `M left+cut top H right-cut L right middle L right-cut bottom H left+cut L left middle Z`.
    let numbers = numbers(node.attribute("d").expect("has a path"));
    Area(numbers[8], numbers[1], numbers[3], numbers[6])
}

fn numbers(path: &str) -> Vec<f64> {
    path.split(|c: char| c.is_ascii_alphabetic() || c == ' ')
        .filter(|word| !word.is_empty())
        .map(|word| word.parse().expect("is a number"))
        .collect()
}

/// Points along a path, about two pixels apart.
fn points(path: &str) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    let mut rest = path;
    while let Some(command) = rest.chars().next() {
        let end = rest[1..]
            .find(|c: char| c.is_ascii_alphabetic())
            .map_or(rest.len(), |at| at + 1);
        let n = numbers(&rest[1..end]);
        rest = &rest[end..];
        let from = points.last().copied().unwrap_or_default();
        match command {
            'M' => points.push((n[0], n[1])),
            'L' => along(&mut points, (from, from, (n[0], n[1]), (n[0], n[1]))),
            'C' => along(
                &mut points,
                (from, (n[0], n[1]), (n[2], n[3]), (n[4], n[5])),
            ),
            other => panic!("no path has `{other}`"),
        }
    }
    points
}

type Point = (f64, f64);

fn along(points: &mut Vec<Point>, (a, b, c, d): (Point, Point, Point, Point)) {
    let length = (d.0 - a.0).abs() + (d.1 - a.1).abs();
    let steps = (length / 2.0).ceil().max(1.0) as usize;
    for step in 1..=steps {
        let t = step as f64 / steps as f64;
        let u = 1.0 - t;
        let mix = |a: f64, b: f64, c: f64, d: f64| {
            u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d
        };
        points.push((mix(a.0, b.0, c.0, d.0), mix(a.1, b.1, c.1, d.1)));
    }
}
