//! Levels of vertices, which are their distances from the start, and back edges.

/// The levels of a directed graph after its cycles are broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Levels {
    /// For each vertex, the length of the longest path to it.
    pub(super) of: Vec<usize>,
    /// For each edge, whether it is a back edge. The graph with all back edges reversed has no
    /// cycles.
    pub(super) back: Vec<bool>,
    /// The vertices in topological order, without the back edges.
    order: Vec<usize>,
}

impl Levels {
    /// Searches from `start`, then from each unreached vertex. Follows edges in their order.
    pub(super) fn new(vertices: usize, edges: &[(usize, usize)], start: Option<usize>) -> Levels {
        let mut out: Vec<Vec<usize>> = vec![Vec::new(); vertices];
        for (edge, (from, _)) in edges.iter().enumerate() {
            out[*from].push(edge);
        }
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            New,
            Open,
            Done,
        }
        let mut marks = vec![Mark::New; vertices];
        let mut back = vec![false; edges.len()];
        let mut finished = Vec::with_capacity(vertices);
        for root in start.into_iter().chain(0..vertices) {
            if marks[root] != Mark::New {
                continue;
            }
            marks[root] = Mark::Open;
            let mut path = vec![(root, 0)];
            while let Some((vertex, next)) = path.last_mut() {
                let Some(&edge) = out[*vertex].get(*next) else {
                    marks[*vertex] = Mark::Done;
                    finished.push(*vertex);
                    path.pop();
                    continue;
                };
                *next += 1;
                let target = edges[edge].1;
                match marks[target] {
                    Mark::New => {
                        marks[target] = Mark::Open;
                        path.push((target, 0));
                    }
                    Mark::Open => back[edge] = true,
                    Mark::Done => {}
                }
            }
        }
        finished.reverse();
        let mut levels = Levels {
            of: Vec::new(),
            back,
            order: finished,
        };
        levels.stretch(edges, &vec![1; edges.len()]);
        levels
    }

    /// Recomputes the levels, with a minimum span in levels for each edge.
    pub(super) fn stretch(&mut self, edges: &[(usize, usize)], spans: &[usize]) {
        let mut out: Vec<Vec<usize>> = vec![Vec::new(); self.order.len()];
        for (edge, (from, _)) in edges.iter().enumerate() {
            if !self.back[edge] {
                out[*from].push(edge);
            }
        }
        self.of = vec![0; self.order.len()];
        for &vertex in &self.order {
            for &edge in &out[vertex] {
                let target = edges[edge].1;
                self.of[target] = self.of[target].max(self.of[vertex] + spans[edge]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_path_determines_the_level() {
        let levels = Levels::new(4, &[(0, 1), (1, 2), (0, 2), (2, 3)], None);
        assert_eq!(levels.of, [0, 1, 2, 3]);
        assert!(!levels.back.contains(&true));
    }

    #[test]
    fn the_closing_edge_of_a_loop_is_a_back_edge() {
        let levels = Levels::new(4, &[(0, 1), (1, 2), (2, 1), (2, 3), (3, 0), (3, 3)], None);
        assert_eq!(levels.back, [false, false, true, false, true, true]);
        assert_eq!(levels.of, [0, 1, 2, 3]);
    }

    #[test]
    fn a_long_chain_does_not_overflow_the_stack() {
        let edges: Vec<_> = (0..100_000).map(|at| (at, at + 1)).collect();
        assert_eq!(Levels::new(100_001, &edges, None).of[100_000], 100_000);
    }
}
