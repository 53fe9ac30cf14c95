//! One body: its nodes in layers, its links as lines between them.

use super::fallback;
use super::geometry::{Point, Rect, Size};
use super::layered::layers;
use super::layers::{Arc, Budget};
use super::line::{LOOP, Line, Wire};
use super::plan::{Parts, Plan};
use super::route::{looped, place};

/// A body that is laid out. Its upper left corner is the origin.
#[derive(Debug, Clone, Default)]
pub(in crate::diagram) struct Placed {
    pub(in crate::diagram) size: Size,
    /// Where each node of the body stands, in their order.
    pub(in crate::diagram) nodes: Vec<Rect>,
    /// Where the mark of the start is.
    pub(in crate::diagram) start: Option<Rect>,
    /// Where the mark of the end is.
    pub(in crate::diagram) end: Option<Rect>,
    pub(in crate::diagram) lines: Vec<Line>,
}

/// More bends of lines than this make a tangle, and the layering takes its square in time.
const BENDS: usize = 40_000;
/// A level with more states than this is cut into rows.
const WIDEST: usize = 400;
/// The distance of parts that do not hang together.
const BETWEEN_PARTS: f64 = 40.0;
/// Parts stand side by side up to this width.
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

/// A part of a body that hangs together.
struct Part {
    rects: Vec<Rect>,
    lines: Vec<Line>,
    size: Size,
}

impl Part {
    /// `local` has room for the place of every vertex of the plan in its part.
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

/// Whether a careful layout of a part gives a legible picture in acceptable time.
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

/// Parts side by side, in rows.
#[derive(Debug, Default)]
struct Row {
    size: Size,
    next: Point,
    height: f64,
    parts: usize,
}

impl Row {
    /// Where a part of that size stands.
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
