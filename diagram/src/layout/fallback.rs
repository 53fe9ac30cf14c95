//! Layers for a graph that is too large for a careful layout: unordered levels, split into rows of
//! limited length.

use super::geometry::Size;
use super::layers::Layers;

/// The distance between two vertices of one row.
const BETWEEN: f64 = 28.0;

/// Puts every vertex into a row of its level. Lines go straight to their ends, and labels are only
/// in tooltips.
pub(super) fn layers(vertices: &[Size], arcs: usize, levels: &[usize]) -> Layers {
    let depth = levels.iter().max().map_or(0, |deepest| deepest + 1);
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); depth];
    for vertex in 0..vertices.len() {
        rows[levels[vertex]].push(vertex);
    }
    let longest = (vertices.len() as f64).sqrt().ceil().max(8.0) as usize;
    let mut layers = Layers {
        half_heights: Vec::new(),
        vertices: vec![(0, 0.0); vertices.len()],
        arcs: vec![Vec::new(); arcs],
        labels: vec![None; arcs],
    };
    for row in rows.iter().flat_map(|level| level.chunks(longest)) {
        let width: f64 = row
            .iter()
            .map(|vertex| vertices[*vertex].width + BETWEEN)
            .sum();
        let mut x = -width / 2.0;
        let mut half: f64 = 0.0;
        for &vertex in row {
            let size = vertices[vertex];
            layers.vertices[vertex] = (layers.half_heights.len(), x + size.width / 2.0);
            x += size.width + BETWEEN;
            half = half.max(size.height / 2.0);
        }
        layers.half_heights.push(half);
    }
    layers
}
