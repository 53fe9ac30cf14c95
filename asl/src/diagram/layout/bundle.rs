//! Many ways to one place become one line: a trunk that the ways join on their way, as side roads join a road.
//!
//! Without this, a hundred states that all catch into one handler draw a hundred parallel lines past each other.

use std::collections::{BTreeMap, HashMap};

use super::levels::Levels;
use crate::diagram::outline::Class;

/// So many ways from afar make a trunk.
const ENOUGH: usize = 3;
/// A way over fewer levels is drawn by itself, unless many do the same beside a trunk.
const AFAR: usize = 2;

/// A way between two vertices, before bundling.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) class: Class,
}

/// Ways that share a trunk.
#[derive(Debug, Clone)]
pub(super) struct Bundle {
    pub(super) to: usize,
    pub(super) catches: bool,
    /// Whether the target stands above, so that the trunk runs upwards.
    pub(super) up: bool,
    /// The ways that join at one place, by their index; the joint that is farthest from the target first.
    pub(super) joints: Vec<Vec<usize>>,
}

/// Ways of one kind to one target.
#[derive(Default)]
struct Group {
    to: usize,
    catches: bool,
    up: bool,
    afar: Vec<usize>,
    near: Vec<usize>,
}

/// Finds the ways that are drawn as trunks. A way is in one bundle at most.
pub(super) fn bundles(ways: &[Way], levels: &Levels) -> Vec<Bundle> {
    let mut groups: Vec<Group> = Vec::new();
    let mut by_target: HashMap<(usize, bool, bool), usize> = HashMap::new();
    for (index, way) in ways.iter().enumerate() {
        let (from, to) = (levels.of[way.from], levels.of[way.to]);
        let key = (way.to, way.class == Class::Catch, levels.back[index]);
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
            // A joint right above a target that stands above would stand in the target's own level.
            let beside = near.len() >= ENOUGH && !up;
            let mut joints: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for way in afar.into_iter().chain(near.into_iter().filter(|_| beside)) {
                joints
                    .entry(levels.of[ways[way].from])
                    .or_default()
                    .push(way);
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
    fn what_comes_from_afar_joins_level_by_level() {
        // A chain of six, each of which also catches into a seventh.
        let chain = (0..5).map(|at| Way {
            from: at,
            to: at + 1,
            class: Class::Next,
        });
        let catches = (0..6).map(|at| Way {
            from: at,
            to: 6,
            class: Class::Catch,
        });
        let ways: Vec<Way> = chain.chain(catches).collect();
        let pairs: Vec<_> = ways.iter().map(|way| (way.from, way.to)).collect();
        let bundles = bundles(&ways, &Levels::new(7, &pairs, None));
        assert_eq!(bundles.len(), 1);
        assert_eq!(bundles[0].to, 6);
        assert!(bundles[0].catches && !bundles[0].up);
        // The last one is near enough to go by itself.
        assert_eq!(bundles[0].joints, [[5], [6], [7], [8], [9]]);
    }

    #[test]
    fn two_ways_are_no_bundle() {
        let way = |from, to| Way {
            from,
            to,
            class: Class::Next,
        };
        let ways = [way(0, 1), way(1, 2), way(2, 3), way(0, 3), way(1, 3)];
        let pairs: Vec<_> = ways.iter().map(|way| (way.from, way.to)).collect();
        assert!(bundles(&ways, &Levels::new(4, &pairs, None)).is_empty());
    }
}
