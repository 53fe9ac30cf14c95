//! Computes the layers of a graph, the order within them and the horizontal positions, with the
//! crate `dugong`.

use dugong::graphlib::{Graph, GraphOptions};
use dugong::{EdgeLabel, GraphLabel, NodeLabel};

use super::geometry::Size;
use super::layers::{Arc, BETWEEN_ARCS, BETWEEN_VERTICES, Budget, Layers};
use super::straighten::straighten;

/// Nodes whose vertical positions differ by less are on the same layer.
const SAME: f64 = 0.01;

/// Lays the graph out; `None` if that exceeds the budget.
pub(super) fn layers(vertices: &[Size], arcs: &[Arc], budget: &mut Budget) -> Option<Layers> {
    let mut graph: Graph<NodeLabel, EdgeLabel, GraphLabel> = Graph::new(GraphOptions {
        directed: true,
        multigraph: true,
        compound: false,
    });
    graph.set_graph(GraphLabel {
        nodesep: BETWEEN_VERTICES,
        edgesep: BETWEEN_ARCS,
        // The vertical positions of `dugong` only identify the layers; the final ones are computed
        // elsewhere.
        ranksep: 20.0,
        ..GraphLabel::default()
    });
    for (index, size) in vertices.iter().enumerate() {
        graph.set_node(
            vertex_id(index),
            NodeLabel {
                width: size.width,
                height: size.height,
                ..NodeLabel::default()
            },
        );
    }
    for (index, arc) in arcs.iter().enumerate() {
        graph.set_edge_named(
            vertex_id(arc.upper),
            vertex_id(arc.lower),
            Some(index.to_string()),
            Some(EdgeLabel {
                width: arc.label.width,
                height: arc.label.height,
                minlen: arc.span,
                weight: arc.weight,
                ..EdgeLabel::default()
            }),
        );
    }
    dugong::layout_controlled(&mut graph, budget).ok()?;
    let mut layers = read(&graph, vertices, arcs)?;
    straighten(&mut layers, vertices, arcs, budget);
    Some(layers)
}

fn vertex_id(index: usize) -> String {
    // The id must not look like a JavaScript array index: like its model dagre, `dugong` orders
    // such ids differently.
    format!("v{index}")
}

fn read(
    graph: &Graph<NodeLabel, EdgeLabel, GraphLabel>,
    vertices: &[Size],
    arcs: &[Arc],
) -> Option<Layers> {
    let places: Vec<(f64, f64)> = (0..vertices.len())
        .map(|index| {
            let node = graph.node(&vertex_id(index))?;
            Some((node.x?, node.y?))
        })
        .collect::<Option<_>>()?;
    let mut bends: Vec<Vec<(f64, f64)>> = Vec::with_capacity(arcs.len());
    let mut labels: Vec<Option<(f64, f64)>> = Vec::with_capacity(arcs.len());
    for (index, arc) in arcs.iter().enumerate() {
        let name = index.to_string();
        let (upper, lower) = (vertex_id(arc.upper), vertex_id(arc.lower));
        let edge = graph.edge(&upper, &lower, Some(&name))?;
        // The first and last points are on the borders of the vertices.
        let inner = edge
            .points
            .get(1..edge.points.len().saturating_sub(1))
            .unwrap_or_default();
        bends.push(inner.iter().map(|point| (point.x, point.y)).collect());
        labels.push(edge.x.zip(edge.y).filter(|_| arc.label.height > 0.0));
    }

    let mut heights: Vec<(f64, f64)> = Vec::new();
    heights.extend(
        places
            .iter()
            .zip(vertices)
            .map(|(place, size)| (place.1, size.height / 2.0)),
    );
    heights.extend(
        labels
            .iter()
            .zip(arcs)
            .filter_map(|(place, arc)| Some(((*place)?.1, arc.label.height / 2.0))),
    );
    heights.extend(bends.iter().flatten().map(|place| (place.1, 0.0)));
    heights.sort_by(|left, right| left.0.total_cmp(&right.0));
    let mut levels: Vec<(f64, f64)> = Vec::new();
    for (y, half) in heights {
        match levels.last_mut() {
            Some(level) if y - level.0 < SAME => level.1 = level.1.max(half),
            _ => levels.push((y, half)),
        }
    }
    let layer = |y: f64| {
        levels
            .partition_point(|level| level.0 < y - SAME)
            .min(levels.len().saturating_sub(1))
    };
    Some(Layers {
        vertices: places
            .iter()
            .map(|place| (layer(place.1), place.0))
            .collect(),
        arcs: bends
            .iter()
            .map(|bends| {
                bends
                    .iter()
                    .map(|place| (layer(place.1), place.0))
                    .collect()
            })
            .collect(),
        labels: labels
            .iter()
            .map(|place| place.map(|place| (layer(place.1), place.0)))
            .collect(),
        half_heights: levels.into_iter().map(|level| level.1).collect(),
    })
}
