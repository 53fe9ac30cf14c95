//! Horizontal positions with straight vertical lines.
//!
//! The layering determines the order of everything in each layer. Its positions drift sideways
//! where a state has a successor and a catcher: every layer takes the mean of the two. Here, items
//! that must be vertically aligned (a state and its successor, the parts of a long line) form one
//! block. The positions of the blocks minimise the horizontal lengths of lines. This is the same
//! kind of linear program as the layering, and `dugong` solves it. `dot` does the same.
//!
//! Source: Gansner, Koutsofios, North, Vo, "A Technique for Drawing Directed Graphs", section 4.2.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use dugong::graphlib::{Graph, GraphOptions};
use dugong::{EdgeLabel, GraphLabel, NodeLabel};

use super::geometry::Size;
use super::layers::{Arc, BETWEEN_ARCS, BETWEEN_VERTICES, Budget, Layers};
use super::untangle::untangle;

/// Maximum number of items. A larger picture is not straightened, because details of it are not
/// visible anyway.
const MOST: usize = 6_000;
/// A horizontal offset up to this many pixels looks like a mistake.
const ALMOST: f64 = 12.0;
/// Number of rounds that centre blocks in their free ranges.
const ROUNDS: usize = 6;

/// An item with a position in a layer: a vertex, or a bend of a line.
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
    /// Whether it is vertical if possible.
    upright: bool,
}

/// The attraction between two blocks.
#[derive(Debug, Clone, Copy)]
struct Pull {
    one: usize,
    other: usize,
    weight: f64,
    /// The order from left to right, if both are in one layer.
    order: Option<Ordering>,
}

/// Moves items sideways without changing their order. Leaves the positions unchanged if that
/// exceeds the budget.
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
    let pulls = pulls(&items, &pieces, &position, &block, count);
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

/// All items, first the vertices, then the bends of each arc; and the pieces between them.
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
    // A bend in the middle of a line looks worse than a bend at its end.
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

/// Groups vertically aligned items into blocks. Returns the block of each item, and the number of
/// blocks.
///
/// Heavier pieces are grouped first. A piece that would cross a vertical one is not aligned, so the
/// blocks have an order from left to right.
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
    // For each layer, the vertical pieces that start there: from position to position.
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

/// The minimum distances of blocks: left block, right block, distance.
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

/// The attractions between blocks.
fn pulls(
    items: &[Item],
    pieces: &[Piece],
    position: &[usize],
    block: &[usize],
    count: usize,
) -> Vec<Pull> {
    let mut weights: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for piece in pieces {
        let (one, other) = (block[piece.upper], block[piece.lower]);
        if one != other {
            *weights.entry((one.min(other), one.max(other))).or_default() += piece.weight;
        }
    }
    // The items of each block from top to bottom.
    let mut members = vec![Vec::new(); count];
    for (item, block) in block.iter().enumerate() {
        members[*block].push(item);
    }
    for block in &mut members {
        block.sort_unstable_by_key(|item| items[*item].layer);
    }
    let place = |block: usize, layer: usize| {
        let at = members[block].binary_search_by_key(&layer, |item| items[*item].layer);
        at.ok().map(|at| position[members[block][at]])
    };
    weights
        .into_iter()
        .map(|((one, other), weight)| {
            let layer = items[members[one][0]]
                .layer
                .max(items[members[other][0]].layer);
            let order = place(one, layer).zip(place(other, layer));
            Pull {
                one,
                other,
                weight,
                order: order.map(|(one, other)| one.cmp(&other)),
            }
        })
        .collect()
}

/// The positions that minimise the sum of attractions times distances.
fn solve(
    blocks: usize,
    apart: &[(usize, usize, f64)],
    pulls: &[Pull],
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
    for (index, pull) in pulls.iter().enumerate() {
        let (from, to) = match pull.order {
            Some(Ordering::Greater) => (pull.other, pull.one),
            Some(_) => (pull.one, pull.other),
            // If the order of two blocks is open, their distance is the sum of their distances from
            // a third block to the left of both.
            None => {
                graph.set_node(format!("p{index}"), NodeLabel::default());
                for block in [pull.one, pull.other] {
                    graph.set_edge_named(
                        format!("p{index}"),
                        format!("b{block}"),
                        Some("pull"),
                        Some(edge(0.0, pull.weight)),
                    );
                }
                continue;
            }
        };
        graph.set_edge_named(
            format!("b{from}"),
            format!("b{to}"),
            Some("pull"),
            Some(edge(0.0, pull.weight)),
        );
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

/// Blocks that can still move a little, each between its neighbours.
struct Relaxed<'a> {
    places: &'a mut [f64],
    left_of: Vec<Vec<(usize, f64)>>,
    right_of: Vec<Vec<(usize, f64)>>,
    pulled: Vec<Vec<(usize, f64)>>,
}

impl<'a> Relaxed<'a> {
    fn new(places: &'a mut [f64], apart: &[(usize, usize, f64)], pulls: &[Pull]) -> Relaxed<'a> {
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
        for pull in pulls {
            relaxed.pulled[pull.one].push((pull.other, pull.weight));
            relaxed.pulled[pull.other].push((pull.one, pull.weight));
        }
        relaxed
    }

    /// The range in which a block can move.
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

    /// Moves each block to the middle of its equally good positions.
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

    /// Aligns lines that are almost vertical, heavier ones first.
    fn snap(&mut self, pulls: &[Pull]) {
        let mut order: Vec<&Pull> = pulls.iter().collect();
        order.sort_by(|left, right| right.weight.total_cmp(&left.weight));
        // Aligned blocks are not moved again.
        let mut settled = vec![false; self.places.len()];
        for &Pull { one, other, .. } in order {
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

/// The range of positions at which a block is attracted equally to both sides.
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
