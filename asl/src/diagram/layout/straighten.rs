//! Horizontal places that keep what belongs together upright.
//!
//! The layering gives the order of everything in each layer. Its own places drift sideways where a state has a successor and a
//! catcher: every step takes the mean of the two. Here what must be upright (a state and what is next, the parts of a long line)
//! becomes one block, and the places of the blocks are those with the shortest lines sideways: a linear programme of the kind that
//! layering itself is, and `dugong` solves it. This is how `dot` does it.
//!
//! Source: Gansner, Koutsofios, North, Vo, "A Technique for Drawing Directed Graphs", section 4.2.

use std::collections::{BTreeMap, HashMap};

use dugong::graphlib::{Graph, GraphOptions};
use dugong::{EdgeLabel, GraphLabel, NodeLabel};

use super::geometry::Size;
use super::layers::{Arc, BETWEEN_ARCS, BETWEEN_VERTICES, Budget, Layers};
use super::untangle::untangle;

/// More than this is left as it is: the picture is too large to be looked at closely.
const MOST: usize = 6_000;
/// A line that moves no more than this to the side looks like a mistake.
const ALMOST: f64 = 12.0;
/// How often blocks are moved to the middle of where they may be.
const ROUNDS: usize = 6;

/// Something that has a place in a layer: a vertex, or a line on its way.
#[derive(Debug, Clone, Copy)]
struct Item {
    layer: usize,
    x: f64,
    half: f64,
    vertex: bool,
}

/// A piece of a line, from one layer to the next.
#[derive(Debug, Clone, Copy)]
struct Piece {
    upper: usize,
    lower: usize,
    weight: f64,
    /// Whether it is to be upright if nothing hinders.
    upright: bool,
}

/// Moves everything sideways within its order. Leaves the places as they are when that would cost too much.
pub(super) fn straighten(
    layers: &mut Layers,
    vertices: &[Size],
    arcs: &[Arc],
    budget: &mut Budget,
) {
    let (items, pieces) = items(layers, vertices, arcs);
    if items.len() > MOST {
        return;
    }
    let mut rows = rows(&items, layers.half_heights.len());
    let next: Vec<(usize, usize)> = pieces
        .iter()
        .map(|piece| (piece.upper, piece.lower))
        .collect();
    untangle(&mut rows, &next, items.len());
    let mut position = vec![0; items.len()];
    for row in &rows {
        for (at, item) in row.iter().enumerate() {
            position[*item] = at;
        }
    }
    let (block, count) = blocks(&items, &pieces, &position);
    let apart = separations(&items, &rows, &block);
    let pulls = pulls(&pieces, &block);
    let Some(mut places) = solve(count, &apart, &pulls, budget) else {
        return;
    };
    let mut relaxed = Relaxed::new(&mut places, &apart, &pulls);
    relaxed.balance();
    relaxed.snap(&pulls);

    let mut item = 0;
    for vertex in &mut layers.vertices {
        vertex.1 = places[block[item]];
        item += 1;
    }
    for (arc, label) in layers.arcs.iter_mut().zip(&mut layers.labels) {
        for bend in arc {
            let place = places[block[item]];
            if let Some(label) = label.as_mut().filter(|label| label.0 == bend.0) {
                label.1 = place;
            }
            bend.1 = place;
            item += 1;
        }
    }
}

/// All items, vertices first, then the bends of each arc; and the pieces between them.
fn items(layers: &Layers, vertices: &[Size], arcs: &[Arc]) -> (Vec<Item>, Vec<Piece>) {
    let mut items: Vec<Item> = layers
        .vertices
        .iter()
        .zip(vertices)
        .map(|(place, size)| Item {
            layer: place.0,
            x: place.1,
            half: size.width / 2.0,
            vertex: true,
        })
        .collect();
    let mut pieces = Vec::new();
    for (at, arc) in arcs.iter().enumerate() {
        let mut upper = arc.upper;
        for bend in &layers.arcs[at] {
            let labelled = layers.labels[at].is_some_and(|label| label.0 == bend.0);
            items.push(Item {
                layer: bend.0,
                x: bend.1,
                half: if labelled { arc.label.width / 2.0 } else { 0.0 },
                vertex: false,
            });
            let lower = items.len() - 1;
            pieces.push(piece(&items, arc, upper, lower));
            upper = lower;
        }
        pieces.push(piece(&items, arc, upper, arc.lower));
    }
    (items, pieces)
}

fn piece(items: &[Item], arc: &Arc, upper: usize, lower: usize) -> Piece {
    let ends = usize::from(items[upper].vertex) + usize::from(items[lower].vertex);
    // A kink in the middle of a line is worse than one where it leaves a state.
    let factor = match ends {
        0 => 8.0,
        _ if arc.upright => 8.0,
        _ => 2.0,
    };
    Piece {
        upper,
        lower,
        weight: arc.weight * factor,
        upright: ends == 0 || arc.upright,
    }
}

/// The items of each layer from left to right.
fn rows(items: &[Item], layers: usize) -> Vec<Vec<usize>> {
    let mut rows = vec![Vec::new(); layers];
    for (index, item) in items.iter().enumerate() {
        rows[item.layer].push(index);
    }
    for row in &mut rows {
        row.sort_by(|left, right| {
            items[*left]
                .x
                .total_cmp(&items[*right].x)
                .then(left.cmp(right))
        });
    }
    rows
}

/// Puts items that stand upright above each other into one block: the block of each item, and how many there are.
///
/// Heavier pieces go first. A piece that would cross an upright one stays free, so blocks have an order from left to right.
fn blocks(items: &[Item], pieces: &[Piece], position: &[usize]) -> (Vec<usize>, usize) {
    let mut order: Vec<usize> = (0..pieces.len())
        .filter(|piece| pieces[*piece].upright)
        .collect();
    order.sort_by(|left, right| {
        let weight = |piece: &usize| pieces[*piece].weight;
        weight(right).total_cmp(&weight(left)).then(left.cmp(right))
    });
    let mut below = vec![None; items.len()];
    let mut above = vec![None; items.len()];
    // For each layer the upright pieces that begin there: from which position to which.
    let mut upright: HashMap<usize, BTreeMap<usize, usize>> = HashMap::new();
    for piece in order.into_iter().map(|piece| pieces[piece]) {
        let (upper, lower) = (piece.upper, piece.lower);
        if below[upper].is_some() || above[lower].is_some() {
            continue;
        }
        let begun = upright.entry(items[upper].layer).or_default();
        let (from, to) = (position[upper], position[lower]);
        let left = begun.range(..from).next_back();
        let right = begun.range(from + 1..).next();
        let crosses =
            left.is_some_and(|left| *left.1 >= to) || right.is_some_and(|right| *right.1 <= to);
        if crosses {
            continue;
        }
        begun.insert(from, to);
        below[upper] = Some(lower);
        above[lower] = Some(upper);
    }
    let mut block = vec![usize::MAX; items.len()];
    let mut count = 0;
    let tops = above
        .iter()
        .enumerate()
        .filter(|(_, above)| above.is_none());
    for (top, _) in tops {
        let mut next = Some(top);
        while let Some(item) = next {
            block[item] = count;
            next = below[item];
        }
        count += 1;
    }
    (block, count)
}

/// How far blocks stand apart at least: left block, right block, distance.
fn separations(items: &[Item], rows: &[Vec<usize>], block: &[usize]) -> Vec<(usize, usize, f64)> {
    let room = |item: &Item| {
        item.half
            + if item.vertex {
                BETWEEN_VERTICES / 2.0
            } else {
                BETWEEN_ARCS / 2.0
            }
    };
    let mut apart: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for row in rows {
        for pair in row.windows(2) {
            let distance = (room(&items[pair[0]]) + room(&items[pair[1]])).ceil();
            let entry = apart.entry((block[pair[0]], block[pair[1]])).or_default();
            *entry = entry.max(distance);
        }
    }
    apart
        .into_iter()
        .map(|((left, right), distance)| (left, right, distance))
        .collect()
}

/// How strongly blocks pull at each other: two blocks, strength.
fn pulls(pieces: &[Piece], block: &[usize]) -> Vec<(usize, usize, f64)> {
    let mut pulls: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for piece in pieces {
        let (one, other) = (block[piece.upper], block[piece.lower]);
        if one != other {
            *pulls.entry((one.min(other), one.max(other))).or_default() += piece.weight;
        }
    }
    pulls
        .into_iter()
        .map(|((one, other), weight)| (one, other, weight))
        .collect()
}

/// The places with the least sum of pulls times distances.
fn solve(
    blocks: usize,
    apart: &[(usize, usize, f64)],
    pulls: &[(usize, usize, f64)],
    budget: &mut Budget,
) -> Option<Vec<f64>> {
    let mut graph: Graph<NodeLabel, EdgeLabel, GraphLabel> = Graph::new(GraphOptions {
        directed: true,
        multigraph: true,
        compound: false,
    });
    graph.set_graph(GraphLabel::default());
    for block in 0..blocks {
        graph.set_node(format!("b{block}"), NodeLabel::default());
    }
    let edge = |span: f64, weight: f64| EdgeLabel {
        minlen: span as usize,
        weight,
        ..EdgeLabel::default()
    };
    for (left, right, distance) in apart {
        graph.set_edge_named(
            format!("b{left}"),
            format!("b{right}"),
            Some("apart"),
            Some(edge(*distance, 0.0)),
        );
    }
    // The distance of two blocks whose order is open is the sum of their distances from a third that is left of both.
    for (index, (one, other, weight)) in pulls.iter().enumerate() {
        graph.set_node(format!("p{index}"), NodeLabel::default());
        for block in [one, other] {
            graph.set_edge_named(
                format!("p{index}"),
                format!("b{block}"),
                Some("pull"),
                Some(edge(0.0, *weight)),
            );
        }
    }
    let plan = dugong::rank::plan_controlled(&graph, budget).ok()?;
    if !plan.reversed_edges.is_empty() {
        return None;
    }
    let places: Vec<f64> = plan
        .nodes
        .iter()
        .take(blocks)
        .map(|node| node.rank.map(f64::from))
        .collect::<Option<_>>()?;
    let kept = apart
        .iter()
        .all(|(left, right, distance)| places[*right] - places[*left] >= distance - 0.5);
    (places.len() == blocks && kept).then_some(places)
}

/// Blocks that may still be moved a little, each between its neighbours.
struct Relaxed<'a> {
    places: &'a mut [f64],
    left_of: Vec<Vec<(usize, f64)>>,
    right_of: Vec<Vec<(usize, f64)>>,
    pulled: Vec<Vec<(usize, f64)>>,
}

impl<'a> Relaxed<'a> {
    fn new(
        places: &'a mut [f64],
        apart: &[(usize, usize, f64)],
        pulls: &[(usize, usize, f64)],
    ) -> Relaxed<'a> {
        let count = places.len();
        let mut relaxed = Relaxed {
            places,
            left_of: vec![Vec::new(); count],
            right_of: vec![Vec::new(); count],
            pulled: vec![Vec::new(); count],
        };
        for &(left, right, distance) in apart {
            relaxed.left_of[right].push((left, distance));
            relaxed.right_of[left].push((right, distance));
        }
        for &(one, other, weight) in pulls {
            relaxed.pulled[one].push((other, weight));
            relaxed.pulled[other].push((one, weight));
        }
        relaxed
    }

    /// From where to where a block may be moved.
    fn range(&self, block: usize) -> (f64, f64) {
        let least = self.left_of[block]
            .iter()
            .map(|(other, distance)| self.places[*other] + distance)
            .fold(f64::NEG_INFINITY, f64::max);
        let most = self.right_of[block]
            .iter()
            .map(|(other, distance)| self.places[*other] - distance)
            .fold(f64::INFINITY, f64::min);
        (least, most)
    }

    /// Moves each block to the middle of the places that are equally good for it.
    fn balance(&mut self) {
        let count = self.places.len();
        for round in 0..ROUNDS {
            for step in 0..count {
                let block = if round % 2 == 0 {
                    step
                } else {
                    count - 1 - step
                };
                let Some((from, to)) = medians(&self.pulled[block], self.places) else {
                    continue;
                };
                let (least, most) = self.range(block);
                if least <= most {
                    self.places[block] = ((from + to) / 2.0).clamp(least, most);
                }
            }
        }
    }

    /// Makes lines straight that are so almost, the heavier ones first.
    fn snap(&mut self, pulls: &[(usize, usize, f64)]) {
        let mut order: Vec<&(usize, usize, f64)> = pulls.iter().collect();
        order.sort_by(|left, right| right.2.total_cmp(&left.2));
        // What has been brought into line stays there.
        let mut settled = vec![false; self.places.len()];
        for &&(one, other, _) in &order {
            let aside = (self.places[one] - self.places[other]).abs();
            if aside > ALMOST {
                continue;
            }
            let moves = [(one, other), (other, one)];
            let fits = moves.into_iter().find(|(moved, kept)| {
                let (least, most) = self.range(*moved);
                !settled[*moved] && (least..=most).contains(&self.places[*kept])
            });
            if let Some((moved, kept)) = fits {
                self.places[moved] = self.places[kept];
                settled[moved] = true;
                settled[kept] = true;
            }
        }
    }
}

/// Between which places a block is pulled to both sides equally.
fn medians(pulled: &[(usize, f64)], places: &[f64]) -> Option<(f64, f64)> {
    let mut pulls: Vec<(f64, f64)> = pulled
        .iter()
        .map(|(other, weight)| (places[*other], *weight))
        .collect();
    pulls.sort_by(|left, right| left.0.total_cmp(&right.0));
    let half: f64 = pulls.iter().map(|pull| pull.1).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    for (index, (place, weight)) in pulls.iter().enumerate() {
        sum += weight;
        if (sum - half).abs() < 1e-9 {
            let next = pulls.get(index + 1).map_or(*place, |next| next.0);
            return Some((*place, next));
        }
        if sum > half {
            return Some((*place, *place));
        }
    }
    None
}
