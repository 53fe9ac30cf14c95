//! Computes the positions of everything in a picture.
//!
//! Inner bodies are laid out first; a Parallel or Map is then a node of their size. Within a body,
//! `layered` (with the crate `dugong`) computes the layers and the order in them, `route` the
//! heights and the lines.

mod body;
mod bundle;
mod face;
mod fallback;
mod geometry;
mod ladder;
mod layered;
mod layers;
mod levels;
mod line;
mod plan;
mod route;
mod straighten;
mod untangle;

pub(super) use body::Placed;
pub(super) use face::{Face, LABEL_LINE, NAME_LINE, PADDING, RETRY, TYPE_LINE};
pub(super) use geometry::{Path, Point, Rect, Segment, Size};
pub(super) use line::{Line, What};

use super::outline::{Body, Node, Outline};
use layers::Budget;
use plan::Parts;

/// The cost limit of a careful layout, in the units of the layering: about two seconds.
const WORK: usize = 150_000_000;

/// The margin around the bodies of a Parallel or Map.
const INSET: f64 = 14.0;
/// The padding of a body.
const BODY_PADDING: f64 = 14.0;
/// The minimum limit for the width of a row of branches.
const ROW: f64 = 2_400.0;

/// The positions of everything in a picture.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) size: Size,
    pub(super) faces: Vec<Face>,
    /// The rectangle of each node.
    pub(super) nodes: Vec<Rect>,
    /// The rectangle of each body; that of the machine is the picture without its margin.
    pub(super) frames: Vec<Rect>,
    /// The layout of each body, relative to its corner in `origins`.
    pub(super) bodies: Vec<Placed>,
    pub(super) origins: Vec<Point>,
    /// For each body, the labels of its links.
    pub(super) labels: Vec<Vec<Vec<String>>>,
}

/// Lays the whole definition out.
pub(super) fn lay_out(outline: &Outline) -> Layout {
    let mut budget = Budget::new(WORK);
    let faces: Vec<Face> = outline.nodes.iter().map(Face::of).collect();
    let labels: Vec<Vec<Vec<String>>> = outline
        .bodies
        .iter()
        .map(|body| body.links.iter().map(face::label_lines).collect())
        .collect();
    let mut sizes: Vec<Size> = faces.iter().map(|face| face.size).collect();
    let mut boxes: Vec<Vec<Rect>> = vec![Vec::new(); outline.nodes.len()];
    let mut placed: Vec<Placed> = vec![Placed::default(); outline.bodies.len()];
    // An inner body has a higher index than the body around it.
    for index in (0..outline.bodies.len()).rev() {
        let body: &Body = &outline.bodies[index];
        for &node in &body.nodes {
            let inner = &outline.nodes[node].inner;
            if !inner.is_empty() {
                let room = 2.0 * padding(&outline.nodes[node]);
                let bodies: Vec<Size> = inner
                    .iter()
                    .map(|body| placed[*body].size)
                    .map(|size| Size::new(size.width + room, size.height + room))
                    .collect();
                let (size, rects) = enclose(faces[node].size, &bodies);
                sizes[node] = size;
                boxes[node] = rects;
            }
        }
        let node_sizes: Vec<Size> = body.nodes.iter().map(|node| sizes[*node]).collect();
        let label_sizes: Vec<Size> = labels[index]
            .iter()
            .map(|lines| face::label_size(lines))
            .collect();
        placed[index] = body::lay_out(
            &Parts {
                outline,
                index,
                sizes: &node_sizes,
                labels: &label_sizes,
            },
            &mut budget,
        );
    }
    absolute(outline, faces, labels, &boxes, placed)
}

/// The padding of a body: the branches of a Parallel have frames, the single body of a Map needs
/// none.
fn padding(around: &Node) -> f64 {
    if around.has_frames() {
        BODY_PADDING
    } else {
        0.0
    }
}

/// The size of a node around bodies, and their rectangles in it: below its head, in rows.
fn enclose(head: Size, bodies: &[Size]) -> (Size, Vec<Rect>) {
    let area: f64 = bodies
        .iter()
        .map(|size| (size.width + INSET) * (size.height + INSET))
        .sum();
    let mut longest = (area * 2.0).sqrt().max(ROW);
    let mut best = rows(head, bodies, longest);
    // Rows of similar length avoid a gap at the end.
    while longest > ROW / 4.0 {
        longest *= 0.95;
        let narrower = rows(head, bodies, longest);
        if narrower.0.height > best.0.height {
            break;
        }
        best = narrower;
    }
    best
}

/// The same, with a maximum row length.
fn rows(head: Size, bodies: &[Size], longest: f64) -> (Size, Vec<Rect>) {
    let mut rects: Vec<Rect> = Vec::new();
    let mut corner = Point {
        x: INSET,
        y: head.height,
    };
    let mut row = 0.0_f64;
    let mut right = head.width;
    for size in bodies {
        if corner.x > INSET && corner.x + size.width > longest {
            corner = Point {
                x: INSET,
                y: corner.y + row + INSET,
            };
            row = 0.0;
        }
        rects.push(Rect {
            corner,
            size: *size,
        });
        corner.x += size.width + INSET;
        right = right.max(corner.x);
        row = row.max(size.height);
    }
    // Bodies narrower than the head are centred.
    let used = rects.iter().map(Rect::right).fold(0.0, f64::max) + INSET;
    let shift = (right - used).max(0.0) / 2.0;
    for rect in &mut rects {
        rect.corner.x += shift;
    }
    (Size::new(right, corner.y + row + INSET), rects)
}

/// Converts positions within bodies to positions within the picture.
fn absolute(
    outline: &Outline,
    faces: Vec<Face>,
    labels: Vec<Vec<Vec<String>>>,
    boxes: &[Vec<Rect>],
    bodies: Vec<Placed>,
) -> Layout {
    let mut nodes = vec![Rect::default(); outline.nodes.len()];
    let mut frames = vec![Rect::default(); bodies.len()];
    let mut origins = vec![Point::default(); bodies.len()];
    for (index, body) in outline.bodies.iter().enumerate() {
        if body.parent.is_none() {
            frames[index].size = bodies[index].size;
        }
        for (&node, rect) in body.nodes.iter().zip(&bodies[index].nodes) {
            let rect = Rect {
                corner: rect.corner.moved(origins[index]),
                size: rect.size,
            };
            nodes[node] = rect;
            for (&inner, frame) in outline.nodes[node].inner.iter().zip(&boxes[node]) {
                frames[inner] = Rect {
                    corner: frame.corner.moved(rect.corner),
                    size: frame.size,
                };
                let padding = padding(&outline.nodes[node]);
                origins[inner] = Point {
                    x: frames[inner].corner.x + padding,
                    y: frames[inner].corner.y + padding,
                };
            }
        }
    }
    Layout {
        size: bodies.first().map(|body| body.size).unwrap_or_default(),
        faces,
        nodes,
        frames,
        bodies,
        origins,
        labels,
    }
}
