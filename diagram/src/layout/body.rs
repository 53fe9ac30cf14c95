//! Lays out one body: nodes in layers, and links as lines between them.

use super::fallback;
use super::geometry::{Point, Rect, Size};
use super::layered::layers;
use super::layers::{Arc, Budget};
use super::line::{LOOP, Line, Wire};
use super::plan::{Parts, Plan};
use super::route::{looped, place};

/// The layout of a body. Its upper left corner is the origin.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placed {
    pub(crate) size: Size,
    /// The rectangle of each node of the body, in their order.
    pub(crate) nodes: Vec<Rect>,
    /// The rectangle of the start mark.
    pub(crate) start: Option<Rect>,
    /// The rectangle of the end mark.
    pub(crate) end: Option<Rect>,
    pub(crate) lines: Vec<Line>,
}

/// Maximum number of line bends for the careful layout. More bends are a tangle, and the layering
/// takes quadratic time.
const BENDS: usize = 40_000;
/// Maximum number of states on a level for the careful layout. Wider levels are split into rows.
const WIDEST: usize = 400;
/// The distance between unconnected parts.
const BETWEEN_PARTS: f64 = 40.0;
/// Parts are arranged side by side up to this width.
const ROW: f64 = 1_200.0;

/// Lays out one body.
pub(super) fn lay_out(parts: &Parts<'_>, budget: &mut Budget) -> Placed {
    let plan = Plan::new(parts);
    let mut rects = vec![Rect::default(); plan.vertices.len()];
    let mut local = vec![0; plan.vertices.len()];
    let mut lines = Vec::new();
    let mut row = Row::default();
    for (vertices, arcs) in plan.parts() {
        let part = Part::new(&plan, &vertices, &arcs, &mut local, budget);
        let corner = row.next(part.size);
        for (vertex, rect) in vertices.iter().zip(part.rects) {
            rects[*vertex] = Rect {
                corner: rect.corner.moved(corner),
                size: rect.size,
            };
        }
        lines.extend(part.lines.into_iter().map(|line| line.moved(corner)));
    }
    let mut outward = vec![0.0; rects.len()];
    for &(link, vertex) in &plan.loops {
        let label = parts.labels[link];
        lines.push(looped(rects[vertex], outward[vertex], link, label));
        outward[vertex] += LOOP + label.width;
    }
    Placed {
        size: row.size,
        nodes: rects[..parts.sizes.len()].to_vec(),
        start: plan.start.map(|vertex| rects[vertex]),
        end: plan.end.map(|vertex| rects[vertex]),
        lines,
    }
}

/// A connected component of a body.
struct Part {
    rects: Vec<Rect>,
    lines: Vec<Line>,
    size: Size,
}

impl Part {
    /// `local` has a slot for the index of each vertex of the plan within its part.
    fn new(
        plan: &Plan,
        vertices: &[usize],
        arcs: &[usize],
        local: &mut [usize],
        budget: &mut Budget,
    ) -> Part {
        for (at, vertex) in vertices.iter().enumerate() {
            local[*vertex] = at;
        }
        let rooms: Vec<Size> = vertices.iter().map(|vertex| plan.rooms[*vertex]).collect();
        let sizes: Vec<Size> = vertices
            .iter()
            .map(|vertex| plan.vertices[*vertex])
            .collect();
        let levels: Vec<usize> = vertices.iter().map(|vertex| plan.levels[*vertex]).collect();
        let wires: Vec<Wire> = arcs
            .iter()
            .map(|arc| plan.wires[*arc])
            .map(|wire| Wire {
                from: local[wire.from],
                to: local[wire.to],
                ..wire
            })
            .collect();
        let arcs: Vec<Arc> = arcs
            .iter()
            .map(|arc| plan.arcs[*arc])
            .map(|arc| Arc {
                upper: local[arc.upper],
                lower: local[arc.lower],
                ..arc
            })
            .collect();
        let layers = Some(())
            .filter(|()| is_worth_care(&arcs, &levels))
            .and_then(|()| layers(&rooms, &arcs, budget))
            .unwrap_or_else(|| fallback::layers(&rooms, arcs.len(), &levels));
        let (rects, lines, size) = place(&sizes, &rooms, &wires, &layers);
        Part { rects, lines, size }
    }
}

/// Whether a careful layout of a part is legible and takes acceptable time.
fn is_worth_care(arcs: &[Arc], levels: &[usize]) -> bool {
    let bends: usize = arcs
        .iter()
        .map(|arc| levels[arc.lower].abs_diff(levels[arc.upper]))
        .sum();
    let deepest = levels.iter().max().map_or(0, |deepest| deepest + 1);
    let mut widths = vec![0_usize; deepest];
    for level in levels {
        widths[*level] += 1;
    }
    let widest = widths.into_iter().max().unwrap_or_default();
    bends <= BENDS && widest <= WIDEST
}

/// Arranges parts side by side, in rows.
#[derive(Debug, Default)]
struct Row {
    size: Size,
    next: Point,
    height: f64,
    parts: usize,
}

impl Row {
    /// The position of a part of this size.
    fn next(&mut self, size: Size) -> Point {
        let longest = self
            .size
            .width
            .max(ROW)
            .max((self.parts as f64).sqrt() * 150.0);
        if self.next.x > 0.0 && self.next.x + size.width > longest {
            self.next = Point {
                x: 0.0,
                y: self.next.y + self.height + BETWEEN_PARTS,
            };
            self.height = 0.0;
        }
        let corner = self.next;
        self.parts += 1;
        self.next.x += size.width + BETWEEN_PARTS;
        self.height = self.height.max(size.height);
        self.size.width = self.size.width.max(corner.x + size.width);
        self.size.height = self.size.height.max(corner.y + size.height);
        corner
    }
}
