//! The graph that is laid out for a body: its vertices with their sizes, and the lines between
//! them.

use std::collections::HashMap;

use stepwright_asl::model::StateKind;

use crate::outline::{Class, Depicted, Outline};

use super::bundle::{UnbundledEdge, bundles};
use super::geometry::Size;
use super::ladder::lengthen;
use super::layers::Arc;
use super::levels::Levels;
use super::line::{LOOP, What, Wire};

/// Diameter of the start and end marks: those of the machine, and those of inner bodies.
const MARKS: (f64, f64) = (18.0, 14.0);
/// A state with more successors than this has them on several rows.
const WIDE: usize = 9;
/// Maximum number of additional line bends for such rows.
const BENDS: usize = 20_000;

/// The input of a body's layout.
pub(super) struct Parts<'a> {
    pub(super) outline: &'a Outline,
    /// The index of the body.
    pub(super) index: usize,
    /// The sizes of the body's nodes, in their order.
    pub(super) sizes: &'a [Size],
    /// The sizes of the links' labels, in their order.
    pub(super) labels: &'a [Size],
}

/// Vertices and arcs. The first vertices are the nodes of the body, then follow the marks and the
/// joints of trunks.
#[derive(Debug)]
pub(super) struct Plan {
    /// The drawn size of each vertex.
    pub(super) vertices: Vec<Size>,
    /// The space of each vertex, including loops.
    pub(super) rooms: Vec<Size>,
    pub(super) levels: Vec<usize>,
    pub(super) arcs: Vec<Arc>,
    /// The line of each arc.
    pub(super) wires: Vec<Wire>,
    pub(super) start: Option<usize>,
    pub(super) end: Option<usize>,
    /// Links from a node to itself, and the vertex of that node.
    pub(super) loops: Vec<(usize, usize)>,
}

/// An edge to draw, with its properties.
struct Drawn {
    what: What,
    edge: UnbundledEdge,
    label: Size,
    weight: f64,
}

impl Plan {
    pub(super) fn new(parts: &Parts<'_>) -> Plan {
        let mut plan = Plan {
            vertices: parts.sizes.to_vec(),
            rooms: parts.sizes.to_vec(),
            levels: Vec::new(),
            arcs: Vec::new(),
            wires: Vec::new(),
            start: None,
            end: None,
            loops: Vec::new(),
        };
        let drawn = plan.draw(parts);
        plan.wire(&drawn, parts);
        plan
    }

    /// All edges of the body, including those from the start and to the end mark.
    fn draw(&mut self, parts: &Parts<'_>) -> Vec<Drawn> {
        let body = &parts.outline.bodies[parts.index];
        let vertex: HashMap<usize, usize> = body.nodes.iter().copied().zip(0..).collect();
        let diameter = if body.parent.is_none() {
            MARKS.0
        } else {
            MARKS.1
        };
        let mark = Size::new(diameter, diameter);
        let mut drawn = Vec::new();
        let start = parts.outline.start(parts.index);
        if let Some(to) = start.and_then(|start| vertex.get(&start).copied()) {
            let from = self.vertex(mark);
            self.start = Some(from);
            drawn.push(Drawn::plain(What::Start, from, to, 4.0));
        }
        for (at, link) in body.links.iter().enumerate() {
            let (Some(&from), Some(&to)) = (vertex.get(&link.from), vertex.get(&link.to)) else {
                continue;
            };
            let label = parts.labels[at];
            if from == to {
                self.loops.push((at, from));
                // The space is symmetric, so that vertical lines through the node stay straight.
                self.rooms[from].width += 2.0 * (LOOP + label.width);
                continue;
            }
            let weight = match link.class {
                Class::Next => 4.0,
                Class::Choice => 2.0,
                Class::Catch => 1.0,
            };
            drawn.push(Drawn {
                what: What::Link(at),
                edge: UnbundledEdge {
                    from,
                    to,
                    class: link.class,
                },
                label,
                weight,
            });
        }
        let ends: Vec<usize> = parts
            .outline
            .ends(parts.index)
            .filter_map(|node| vertex.get(&node).copied())
            .collect();
        if !ends.is_empty() {
            let to = self.vertex(mark);
            self.end = Some(to);
            drawn.extend(
                ends.into_iter()
                    .map(|from| Drawn::plain(What::End(from), from, to, 2.0)),
            );
        }
        drawn
    }

    fn vertex(&mut self, size: Size) -> usize {
        self.vertices.push(size);
        self.rooms.push(size);
        self.vertices.len() - 1
    }

    /// Converts edges to arcs that all point downwards, and joins long ones to trunks.
    fn wire(&mut self, drawn: &[Drawn], parts: &Parts<'_>) {
        let edges: Vec<UnbundledEdge> = drawn.iter().map(|drawn| drawn.edge).collect();
        let pairs: Vec<(usize, usize)> = edges.iter().map(|edge| (edge.from, edge.to)).collect();
        let mut levels = Levels::new(self.vertices.len(), &pairs, self.start);
        let mut spans = spans(&pairs, &levels);
        lengthen(&pairs, &levels, &mut spans);
        levels.stretch(&pairs, &spans);

        let mut joints = vec![None; edges.len()];
        let mut trunks = Vec::new();
        for bundle in bundles(&edges, &levels) {
            let class = if bundle.catches {
                Class::Catch
            } else {
                Class::Next
            };
            let mut previous = None;
            for members in &bundle.joints {
                let joint = self.vertex(Size::default());
                let source = levels.of[edges[members[0]].from];
                let level = if bundle.up { source - 1 } else { source + 1 };
                levels.of.push(level);
                for member in members {
                    joints[*member] = Some(joint);
                }
                if let Some(previous) = previous {
                    trunks.push((previous, joint, class, bundle.up, false));
                }
                previous = Some(joint);
            }
            if let Some(last) = previous {
                trunks.push((last, bundle.to, class, bundle.up, true));
            }
        }
        let spine = spine(drawn, &levels, parts);
        for (at, drawn) in drawn.iter().enumerate() {
            let joint = joints[at];
            let wire = Wire {
                what: drawn.what,
                from: drawn.edge.from,
                to: joint.unwrap_or(drawn.edge.to),
                up: levels.back[at],
                arrow: joint.is_none(),
                main: joint.is_none() && drawn.edge.class == Class::Next,
                label: drawn.label,
            };
            // A joint stays near its state, and the trunk takes up the length.
            let weight = if joint.is_some() { 4.0 } else { drawn.weight };
            let span = if joint.is_some() { 1 } else { spans[at] };
            let upright = wire.main || joint.is_none() && spine[at];
            self.arc(wire, weight, upright, span);
        }
        for (from, to, class, up, arrow) in trunks {
            let wire = Wire {
                what: What::Trunk(class),
                from,
                to,
                up,
                arrow,
                main: false,
                label: Size::default(),
            };
            self.arc(wire, 1.0, true, 1);
        }
        self.levels = levels.of;
    }

    fn arc(&mut self, wire: Wire, weight: f64, upright: bool, span: usize) {
        let (upper, lower) = wire.downwards();
        self.arcs.push(Arc {
            upper,
            lower,
            label: wire.label,
            weight,
            upright,
            span,
        });
        self.wires.push(wire);
    }

    /// The connected components: the vertices and the arcs of each. The component with the start
    /// mark comes first.
    pub(super) fn parts(&self) -> Vec<(Vec<usize>, Vec<usize>)> {
        let count = self.vertices.len();
        let mut near: Vec<Vec<usize>> = vec![Vec::new(); count];
        for arc in &self.arcs {
            near[arc.upper].push(arc.lower);
            near[arc.lower].push(arc.upper);
        }
        let mut part = vec![usize::MAX; count];
        let mut parts: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
        for root in self.start.into_iter().chain(0..count) {
            if part[root] != usize::MAX {
                continue;
            }
            let mut open = vec![root];
            part[root] = parts.len();
            while let Some(vertex) = open.pop() {
                for &other in &near[vertex] {
                    if part[other] == usize::MAX {
                        part[other] = parts.len();
                        open.push(other);
                    }
                }
            }
            parts.push((Vec::new(), Vec::new()));
        }
        // The start mark comes first within its component too: layers are filled from there.
        let rest = (0..count).filter(|vertex| Some(*vertex) != self.start);
        for vertex in self.start.into_iter().chain(rest) {
            parts[part[vertex]].0.push(vertex);
        }
        for (at, arc) in self.arcs.iter().enumerate() {
            parts[part[arc.upper]].1.push(at);
        }
        parts
    }
}

impl Drawn {
    fn plain(what: What, from: usize, to: usize, weight: f64) -> Drawn {
        Drawn {
            what,
            edge: UnbundledEdge {
                from,
                to,
                class: Class::Next,
            },
            label: Size::default(),
            weight,
        }
    }
}

/// For each edge, whether it continues a chain of Choices: it leads down to the only Choice among
/// the successors of a Choice. Without a vertical line, each Choice of a chain is to the right of
/// the one above it.
fn spine(drawn: &[Drawn], levels: &Levels, parts: &Parts<'_>) -> Vec<bool> {
    let nodes = &parts.outline.bodies[parts.index].nodes;
    let is_choice = |vertex: usize| {
        let node = nodes.get(vertex).map(|node| &parts.outline.nodes[*node]);
        node.is_some_and(|node| node.depicts == Depicted::State(StateKind::Choice))
    };
    let mut below: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, drawn) in drawn.iter().enumerate() {
        let UnbundledEdge { from, to, class } = drawn.edge;
        let is_chain = class == Class::Choice && is_choice(from) && is_choice(to);
        if is_chain && !levels.back[at] {
            below.entry(from).or_default().push(at);
        }
    }
    let mut spine = vec![false; drawn.len()];
    for edges in below.into_values() {
        if let [only] = edges[..] {
            spine[only] = true;
        }
    }
    spine
}

/// The number of levels that each edge spans: 1, but more for some of the many successors of one
/// state, to distribute them over several rows.
fn spans(edges: &[(usize, usize)], levels: &Levels) -> Vec<usize> {
    let mut spans = vec![1; edges.len()];
    let mut below: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, (from, to)) in edges.iter().enumerate() {
        if !levels.back[at] && levels.of[*to] == levels.of[*from] + 1 {
            below.entry(*from).or_default().push(at);
        }
    }
    for edges in below.into_values().filter(|edges| edges.len() > WIDE) {
        let count = edges.len();
        let best = (count as f64 / (1.2 * count as f64).sqrt().max(6.0)).ceil() as usize;
        let rows = best.min(BENDS / count).max(1);
        // Neighbours are on different rows, so that the edges to the lower ones pass between the
        // upper ones.
        for (index, edge) in edges.into_iter().enumerate() {
            spans[edge] = 1 + index % rows;
        }
    }
    spans
}
