//! Bundles many edges to one target into a single line: a trunk that the edges join one after
//! another.
//!
//! Without this, a hundred states with a catcher to the same handler would draw a hundred parallel
//! lines.

use std::collections::{BTreeMap, HashMap};

use super::levels::Levels;
use crate::outline::Class;

/// Minimum number of long edges in a trunk.
const ENOUGH: usize = 3;
/// Minimum length of a long edge, in levels. Shorter edges are drawn separately, unless many of
/// them run next to a trunk.
const AFAR: usize = 2;

/// An edge between two vertices, before bundling.
#[derive(Debug, Clone, Copy)]
pub(super) struct UnbundledEdge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) class: Class,
}

/// Edges that share a trunk.
#[derive(Debug, Clone)]
pub(super) struct Bundle {
    pub(super) to: usize,
    pub(super) catches: bool,
    /// Whether the target is above, so that the trunk runs upwards.
    pub(super) up: bool,
    /// The edges that join at each joint, by their index. The joint farthest from the target comes
    /// first.
    pub(super) joints: Vec<Vec<usize>>,
}

/// Edges of one kind to one target.
#[derive(Default)]
struct Group {
    to: usize,
    catches: bool,
    up: bool,
    afar: Vec<usize>,
    near: Vec<usize>,
}

/// Finds the edges that are drawn as trunks. Each edge is in at most one bundle.
pub(super) fn bundles(edges: &[UnbundledEdge], levels: &Levels) -> Vec<Bundle> {
    let mut groups: Vec<Group> = Vec::new();
    let mut by_target: HashMap<(usize, bool, bool), usize> = HashMap::new();
    for (index, edge) in edges.iter().enumerate() {
        let (from, to) = (levels.of[edge.from], levels.of[edge.to]);
        let key = (edge.to, edge.class == Class::Catch, levels.back[index]);
        let group = *by_target.entry(key).or_insert_with(|| {
            groups.push(Group {
                to: key.0,
                catches: key.1,
                up: key.2,
                ..Group::default()
            });
            groups.len() - 1
        });
        if from.abs_diff(to) >= AFAR {
            groups[group].afar.push(index);
        } else {
            groups[group].near.push(index);
        }
    }
    groups
        .into_iter()
        .filter(|group| group.afar.len() >= ENOUGH)
        .map(|group| {
            let Group {
                to,
                catches,
                up,
                afar,
                near,
            } = group;
            // For a target above, a joint right below it would be on the target's own level.
            let beside = near.len() >= ENOUGH && !up;
            let mut joints: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for edge in afar.into_iter().chain(near.into_iter().filter(|_| beside)) {
                joints
                    .entry(levels.of[edges[edge].from])
                    .or_default()
                    .push(edge);
            }
            let mut joints: Vec<Vec<usize>> = joints.into_values().collect();
            if up {
                joints.reverse();
            }
            Bundle {
                to,
                catches,
                up,
                joints,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_edges_to_one_target_join_at_each_level() {
        // A chain of six states, each of which also has an edge to a seventh.
        let chain = (0..5).map(|at| UnbundledEdge {
            from: at,
            to: at + 1,
            class: Class::Next,
        });
        let catches = (0..6).map(|at| UnbundledEdge {
            from: at,
            to: 6,
            class: Class::Catch,
        });
        let edges: Vec<UnbundledEdge> = chain.chain(catches).collect();
        let pairs: Vec<_> = edges.iter().map(|edge| (edge.from, edge.to)).collect();
        let bundles = bundles(&edges, &Levels::new(7, &pairs, None));
        assert_eq!(bundles.len(), 1);
        assert_eq!(bundles[0].to, 6);
        assert!(bundles[0].catches && !bundles[0].up);
        // The last one is near enough to be drawn separately.
        assert_eq!(bundles[0].joints, [[5], [6], [7], [8], [9]]);
    }

    #[test]
    fn two_edges_are_not_bundled() {
        let edge = |from, to| UnbundledEdge {
            from,
            to,
            class: Class::Next,
        };
        let edges = [edge(0, 1), edge(1, 2), edge(2, 3), edge(0, 3), edge(1, 3)];
        let pairs: Vec<_> = edges.iter().map(|edge| (edge.from, edge.to)).collect();
        assert!(bundles(&edges, &Levels::new(4, &pairs, None)).is_empty());
    }
}
