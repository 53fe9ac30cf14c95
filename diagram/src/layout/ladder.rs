//! Long sequences of decisions, each with a side branch that ends.
//!
//! If side branches are next to the main path, each decision moves the main path further to the
//! right, and the picture becomes a diagonal. If there are many decisions, the main path therefore
//! continues below the end of the side branch, as it does where the two paths merge again.

use super::levels::Levels;

/// Maximum number of decisions whose side branches may be next to the main path.
const FEW: usize = 5;

/// Lengthens the edges of the main path that run next to a side branch.
pub(super) fn lengthen(edges: &[(usize, usize)], levels: &Levels, spans: &mut [usize]) {
    let count = levels.of.len();
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut entries = vec![0_usize; count];
    for (edge, (from, to)) in edges.iter().enumerate() {
        if !levels.back[edge] {
            out[*from].push(edge);
            entries[*to] += 1;
        }
    }
    let heights = heights(edges, levels, &out, &entries);
    // Each edge of the main path, with the height of the side branches that start at the same
    // vertex.
    let mut longer = Vec::new();
    let mut decisions = 0;
    for below in &out {
        let height = |edge: &usize| heights[edges[*edge].1];
        // If all branches end, the longest one is the main path.
        let highest = below.iter().filter_map(height).max();
        let meets = |edge: &usize| height(edge).is_none() && !out[edges[*edge].1].is_empty();
        let any_meets = below.iter().any(meets);
        let goes_on = |edge: &usize| {
            if any_meets {
                meets(edge)
            } else {
                highest.is_some() && height(edge) == highest
            }
        };
        let (on, aside): (Vec<usize>, Vec<usize>) = below.iter().copied().partition(goes_on);
        let aside = aside.iter().filter_map(height).max();
        if let Some(aside) = aside.filter(|aside| *aside > 1) {
            decisions += 1;
            longer.extend(on.into_iter().map(|edge| (edge, aside)));
        }
    }
    if decisions > FEW {
        for (edge, height) in longer {
            spans[edge] = spans[edge].max(height);
        }
    }
}

/// The number of levels of the side branch that starts at a vertex; `None` if it merges with
/// another path. It may share terminal nodes with other paths: the end mark, or a Fail state.
fn heights(
    edges: &[(usize, usize)],
    levels: &Levels,
    out: &[Vec<usize>],
    entries: &[usize],
) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..out.len()).collect();
    order.sort_by_key(|vertex| std::cmp::Reverse(levels.of[*vertex]));
    let mut heights = vec![None; out.len()];
    for vertex in order {
        if entries[vertex] != 1 {
            continue;
        }
        let below = out[vertex].iter().map(|edge| {
            let target = edges[*edge].1;
            let is_shared_end = entries[target] > 1 && out[target].is_empty();
            heights[target].or(is_shared_end.then_some(0))
        });
        let below: Option<Vec<usize>> = below.collect();
        heights[vertex] = below.map(|below| 1 + below.into_iter().max().unwrap_or_default());
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sequence of decisions, each with a side branch of two states that ends.
    fn ladder(decisions: usize) -> Vec<(usize, usize)> {
        (0..decisions)
            .flat_map(|at| {
                let this = 3 * at;
                [(this, this + 1), (this + 1, this + 2), (this, this + 3)]
            })
            .chain((0..3).map(|at| (3 * decisions + at, 3 * decisions + at + 1)))
            .collect()
    }

    fn spans(edges: &[(usize, usize)], vertices: usize) -> Vec<usize> {
        let levels = Levels::new(vertices, edges, Some(0));
        let mut spans = vec![1; edges.len()];
        lengthen(edges, &levels, &mut spans);
        spans
    }

    #[test]
    fn many_decisions_lengthen_the_main_path_past_their_side_branches() {
        let spans = spans(&ladder(6), 22);
        assert_eq!(spans[..6], [1, 1, 2, 1, 1, 2]);
    }

    #[test]
    fn a_few_decisions_do_not_lengthen_the_main_path() {
        assert!(spans(&ladder(5), 19).iter().all(|span| *span == 1));
    }

    #[test]
    fn a_chain_has_no_side_branches() {
        let chain: Vec<_> = (0..30).map(|at| (at, at + 1)).collect();
        assert!(spans(&chain, 31).iter().all(|span| *span == 1));
    }
}
