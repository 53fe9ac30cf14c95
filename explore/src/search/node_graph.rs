//! The points that the search has visited, and the moves between them.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

use rustc_hash::FxBuildHasher;

use super::call_options::Move;

/// A point of the paths, by its number.
pub(super) type NodeId = u32;

/// What the search remembers about a point.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The point before, and the move from there.
    pub(super) parent: Option<(NodeId, Move)>,
    /// The number of the start, for a point without a parent.
    pub(super) start: u32,
    pub(super) faults: u32,
    pub(super) events: u32,
    /// Whether paths end here, or the search stops here.
    pub(super) may_end: bool,
}

/// Whether a point was known before a path arrived at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    New,
    /// It is known, and the new path has fewer faults or events.
    Better,
    Known,
}

/// All points.
#[derive(Debug, Default)]
pub(super) struct NodeGraph {
    nodes: Vec<Node>,
    /// The moves after which a path may end. A path that ends only by an error that nothing names
    /// does not count: such an error ends each path.
    edges: Vec<(NodeId, NodeId)>,
    known: HashMap<u128, NodeId, FxBuildHasher>,
}

impl NodeGraph {
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    pub(super) fn set_may_end(&mut self, id: NodeId) {
        self.nodes[id as usize].may_end = true;
    }

    /// Adds a point, unless one with the same fingerprint is known with as few faults and events. A
    /// point that is known with more of them gets the new path.
    pub(super) fn add(&mut self, fingerprint: &str, node: Node) -> (NodeId, Arrival) {
        let key = hash_of(fingerprint);
        let parent = node.parent.as_ref().map(|(parent, _)| *parent);
        let is_unexpected = match &node.parent {
            Some((_, Move::Complete { outcome, .. })) => outcome.is_unexpected(),
            _ => false,
        };
        let new = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let id = *self.known.entry(key).or_insert(new);
        if let Some(parent) = parent.filter(|_| !is_unexpected) {
            self.edges.push((parent, id));
        }
        let Some(known) = self.nodes.get_mut(id as usize) else {
            self.nodes.push(node);
            return (id, Arrival::New);
        };
        if (node.faults, node.events) < (known.faults, known.events) {
            known.parent = node.parent;
            known.start = node.start;
            known.faults = node.faults;
            known.events = node.events;
            return (id, Arrival::Better);
        }
        (id, Arrival::Known)
    }

    /// Returns the moves to a point, first one first.
    pub(super) fn path_to(&self, id: NodeId) -> (u32, Vec<Move>) {
        let mut moves = Vec::new();
        let mut node = self.node(id);
        while let Some((parent, chosen)) = &node.parent {
            moves.push(chosen.clone());
            node = self.node(*parent);
        }
        moves.reverse();
        (node.start, moves)
    }

    /// Returns the first point from which no path ends: the one with the fewest faults and events.
    pub(super) fn endless(&self) -> Option<NodeId> {
        let mut sources: Vec<Vec<NodeId>> = vec![Vec::new(); self.nodes.len()];
        for (from, to) in &self.edges {
            sources[*to as usize].push(*from);
        }
        let mut ends: Vec<bool> = self.nodes.iter().map(|node| node.may_end).collect();
        let mut open: Vec<usize> = (0..ends.len()).filter(|node| ends[*node]).collect();
        while let Some(node) = open.pop() {
            for source in &sources[node] {
                if !std::mem::replace(&mut ends[*source as usize], true) {
                    open.push(*source as usize);
                }
            }
        }
        let endless = self.nodes.iter().zip(&ends).enumerate();
        let endless = endless.filter(|(_, (_, ends))| !**ends);
        let first = endless.min_by_key(|(_, (node, _))| (node.faults, node.events));
        first.and_then(|(id, _)| u32::try_from(id).ok())
    }
}

/// Two independent hashes of 64 bits: an accidental match of different points is negligible.
fn hash_of(text: &str) -> u128 {
    let mut second = std::hash::DefaultHasher::new();
    second.write(text.as_bytes());
    let first = FxBuildHasher.hash_one(text);
    u128::from(first) << 64 | u128::from(second.finish())
}
