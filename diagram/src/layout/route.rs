//! Converts layers to pixels: the distances of layers, the points where lines leave and reach their
//! nodes, and the curves between layers.
//!
//! A line crosses each layer vertically, in the gap that the layering reserved for it, and moves
//! sideways only between two layers. So it never crosses a node.

use super::geometry::{Path, Point, Rect, Segment, Size};
use super::layers::Layers;
use super::line::{LOOP, Line, What, Wire};

/// The minimum distance between two layers.
const GAP: f64 = 30.0;
/// The minimum distance if one of the layers contains only labels.
const LABEL_GAP: f64 = 19.0;
/// The additional distance for each pixel that a line moves sideways between two layers, and its
/// maximum.
const SLOPE: (f64, f64) = (0.06, 56.0);
/// The distance between two lines at a node, if there is enough space.
const PORT: f64 = 18.0;
/// The minimum distance of lines from the corners of a node.
const CORNER: f64 = 12.0;

/// Positions vertices and lines, and returns the total size. `rooms` are the sizes that the
/// vertices reserve.
pub(super) fn place(
    vertices: &[Size],
    rooms: &[Size],
    wires: &[Wire],
    layers: &Layers,
) -> (Vec<Rect>, Vec<Line>, Size) {
    let kept = kept_layers(layers);
    let ports = Ports::new(vertices, wires, layers, &kept);
    let stops: Vec<Vec<Stop>> = wires
        .iter()
        .enumerate()
        .map(|(at, wire)| stops(at, wire, layers, &kept, &ports))
        .collect();
    let centres = heights(layers, &kept, &stops);

    let mut rects: Vec<Rect> = vertices
        .iter()
        .zip(&layers.vertices)
        .map(|(size, (layer, x))| Rect::around(Point::new(*x, centres[*layer]), *size))
        .collect();
    // Two overlapping dashed lines look like a solid one. So a line that joins a trunk ends where
    // it meets the trunk.
    for wire in wires {
        let joint = if wire.arrow { wire.from } else { wire.to };
        if vertices[joint].height == 0.0 {
            let (layer, _) = layers.vertices[joint];
            let half = layers.half_heights[layer];
            rects[joint].corner.y = centres[layer] + if wire.up { half } else { -half };
        }
    }
    let mut lines: Vec<Line> = wires
        .iter()
        .enumerate()
        .map(|(at, wire)| {
            let label = layers.labels[at].map(|(layer, x)| Point::new(x, centres[layer]));
            line(wire, &stops[at], &rects, layers, &centres, label)
        })
        .collect();
    let size = to_origin(&mut rects, rooms, &mut lines, layers, &centres);
    (rects, lines, size)
}

/// The layers with a vertex or a label. Only these need height; lines skip the others.
fn kept_layers(layers: &Layers) -> Vec<bool> {
    let mut kept: Vec<bool> = layers.half_heights.iter().map(|half| *half > 0.0).collect();
    for (layer, _) in &layers.vertices {
        kept[*layer] = true;
    }
    kept
}

/// A point of a line: a layer and the horizontal position in it.
#[derive(Debug, Clone, Copy)]
struct Stop {
    layer: usize,
    x: f64,
}

/// The points of a line from top to bottom, including its ends.
fn stops(at: usize, wire: &Wire, layers: &Layers, kept: &[bool], ports: &Ports) -> Vec<Stop> {
    let (upper, lower) = wire.downwards();
    let mut stops = vec![Stop {
        layer: layers.vertices[upper].0,
        x: ports.upper[at],
    }];
    let passed = layers.arcs[at].iter().filter(|(layer, _)| kept[*layer]);
    stops.extend(passed.map(|(layer, x)| Stop {
        layer: *layer,
        x: *x,
    }));
    stops.push(Stop {
        layer: layers.vertices[lower].0,
        x: ports.lower[at],
    });
    stops
}

/// Where lines touch their vertices: for each wire, at the upper and at the lower vertex.
struct Ports {
    upper: Vec<f64>,
    lower: Vec<f64>,
}

impl Ports {
    fn new(vertices: &[Size], wires: &[Wire], layers: &Layers, kept: &[bool]) -> Ports {
        let mut below: Vec<Vec<Touch>> = vec![Vec::new(); vertices.len()];
        let mut above: Vec<Vec<Touch>> = vec![Vec::new(); vertices.len()];
        for (at, wire) in wires.iter().enumerate() {
            let (upper, lower) = wire.downwards();
            let mut passed = layers.arcs[at].iter().filter(|(layer, _)| kept[*layer]);
            let first = passed.clone().next().map(|stop| stop.1);
            let last = passed.next_back().map(|stop| stop.1);
            let touch = |next| Touch {
                next,
                wire: at,
                main: wire.main,
            };
            below[upper].push(touch(first.unwrap_or(layers.vertices[lower].1)));
            above[lower].push(touch(last.unwrap_or(layers.vertices[upper].1)));
        }
        let mut ports = Ports {
            upper: vec![0.0; wires.len()],
            lower: vec![0.0; wires.len()],
        };
        for (vertex, size) in vertices.iter().enumerate() {
            let centre = layers.vertices[vertex].1;
            spread(&mut below[vertex], centre, size.width, |at, x| {
                ports.upper[at] = x
            });
            spread(&mut above[vertex], centre, size.width, |at, x| {
                ports.lower[at] = x
            });
        }
        ports
    }
}

/// A line at a vertex: the position of its next point, its index, and whether it is the main line.
#[derive(Debug, Clone, Copy)]
struct Touch {
    next: f64,
    wire: usize,
    main: bool,
}

/// Spreads lines along the side of a vertex, in order from left to right, so that they do not cross
/// there. A line whose next point is directly below (or above) the vertex stays vertical.
fn spread(lines: &mut [Touch], centre: f64, width: f64, mut set: impl FnMut(usize, f64)) {
    lines.sort_by(|left, right| {
        left.next
            .total_cmp(&right.next)
            .then(left.wire.cmp(&right.wire))
    });
    let reach = (width / 2.0 - CORNER).max(0.0);
    let count = lines.len();
    let gap = if count > 1 {
        PORT.min(2.0 * reach / (count - 1) as f64)
    } else {
        0.0
    };
    let straight = |line: &Touch| (line.next - centre).abs() <= reach;
    // The main line stays in its position, and the others make space for it. Without a main line,
    // the middle lines stay.
    let inner: Vec<usize> = (0..count).filter(|at| straight(&lines[*at])).collect();
    let anchor = inner
        .iter()
        .copied()
        .find(|at| lines[*at].main)
        .or(inner.get(inner.len() / 2).copied());
    let mut places = vec![0.0; count];
    match anchor {
        None => {
            for (index, place) in places.iter_mut().enumerate() {
                *place = centre + (index as f64 - (count - 1) as f64 / 2.0) * gap;
            }
        }
        Some(anchor) => {
            places[anchor] = lines[anchor].next;
            for index in (0..anchor).rev() {
                let most = places[index + 1] - gap;
                let wish = if straight(&lines[index]) {
                    lines[index].next
                } else {
                    centre
                };
                places[index] = most.min(wish);
            }
            for index in anchor + 1..count {
                let least = places[index - 1] + gap;
                let wish = if straight(&lines[index]) {
                    lines[index].next
                } else {
                    centre
                };
                places[index] = least.max(wish);
            }
        }
    }
    // Lines beyond the edge move back and push their neighbours. Others stay in their position if
    // possible.
    let close = gap * 0.6;
    for (index, place) in places.iter_mut().enumerate() {
        let most = centre + reach - (count - 1 - index) as f64 * close;
        let least = centre - reach + index as f64 * close;
        *place = place.min(most).max(least);
    }
    for index in 1..count {
        places[index] = places[index].max(places[index - 1] + close);
    }
    for (line, place) in lines.iter().zip(places) {
        set(line.wire, place);
    }
}

/// The vertical centre of each layer.
fn heights(layers: &Layers, kept: &[bool], stops: &[Vec<Stop>]) -> Vec<f64> {
    let count = layers.half_heights.len();
    // The largest horizontal movement of a line between each layer and the previous layer with
    // height.
    let mut sideways = vec![0.0_f64; count];
    for stops in stops {
        for pair in stops.windows(2) {
            let moved = (pair[1].x - pair[0].x).abs();
            sideways[pair[1].layer] = sideways[pair[1].layer].max(moved);
        }
    }
    let mut has_vertex = vec![false; count];
    for (layer, _) in &layers.vertices {
        has_vertex[*layer] = true;
    }
    let mut centres = vec![0.0; count];
    let mut bottom = 0.0;
    let mut above: Option<usize> = None;
    for layer in 0..count {
        if !kept[layer] {
            centres[layer] = bottom;
            continue;
        }
        let half = layers.half_heights[layer];
        if let Some(above) = above {
            let labels = !has_vertex[above] || !has_vertex[layer];
            let gap = if labels { LABEL_GAP } else { GAP };
            bottom += gap + (sideways[layer] * SLOPE.0).min(SLOPE.1);
        }
        centres[layer] = bottom + half;
        bottom += 2.0 * half;
        above = Some(layer);
    }
    centres
}

fn line(
    wire: &Wire,
    stops: &[Stop],
    rects: &[Rect],
    layers: &Layers,
    centres: &[f64],
    label: Option<Point>,
) -> Line {
    let (upper, lower) = wire.downwards();
    let mut path = Path::default();
    for (index, stop) in stops.iter().enumerate() {
        let half = layers.half_heights[stop.layer];
        let (top, bottom) = (centres[stop.layer] - half, centres[stop.layer] + half);
        if index == 0 {
            path = Path::from(Point::new(stop.x, rects[upper].bottom()));
            path.down_to(bottom);
        } else {
            path.swing_to(Point::new(stop.x, top));
            let last = index + 1 == stops.len();
            path.down_to(if last { rects[lower].corner.y } else { bottom });
        }
    }
    Line {
        what: wire.what,
        path: if wire.up { path.reversed() } else { path },
        arrow: wire.arrow,
        label: label.map(|centre| Rect::around(centre, wire.label)),
    }
}

/// A line from a node's right side back to it, and its label.
pub(super) fn looped(rect: Rect, outward: f64, link: usize, label: Size) -> Line {
    let (top, bottom) = (
        rect.corner.y + rect.size.height * 0.28,
        rect.corner.y + rect.size.height * 0.72,
    );
    let out = rect.right() + outward + LOOP - 8.0;
    let start = Point::new(rect.right(), top);
    let end = Point::new(rect.right(), bottom);
    let mut path = Path::from(start);
    path.segments.push(Segment::Curve(
        Point::new(out, top - 10.0),
        Point::new(out, bottom + 10.0),
        end,
    ));
    let middle = Point::new(out - 4.0 + label.width / 2.0, (top + bottom) / 2.0);
    Line {
        what: What::Link(link),
        path,
        arrow: true,
        label: (label.height > 0.0).then(|| Rect::around(middle, label)),
    }
}

/// Moves everything so that the upper left corner is the origin. Returns the size.
fn to_origin(
    rects: &mut [Rect],
    rooms: &[Size],
    lines: &mut [Line],
    layers: &Layers,
    centres: &[f64],
) -> Size {
    let mut low = Point::new(f64::INFINITY, 0.0);
    let mut high = Point::new(f64::NEG_INFINITY, 0.0);
    let mut cover = |left: f64, right: f64| {
        low.x = low.x.min(left);
        high.x = high.x.max(right);
    };
    for (rect, room) in rects.iter().zip(rooms) {
        let more = (room.width - rect.size.width) / 2.0;
        cover(rect.corner.x, rect.right() + more);
    }
    for line in lines.iter() {
        cover(line.path.start.x, line.path.start.x);
        for segment in &line.path.segments {
            cover(segment.end().x, segment.end().x);
        }
        if let Some(label) = line.label {
            cover(label.corner.x, label.right());
        }
    }
    if !low.x.is_finite() {
        return Size::default();
    }
    let height = centres
        .iter()
        .zip(&layers.half_heights)
        .map(|(centre, half)| centre + half)
        .fold(0.0, f64::max);
    let by = Point::new(-low.x, 0.0);
    for rect in rects {
        rect.corner = rect.corner.moved(by);
    }
    for line in lines {
        line.path = line.path.moved(by);
        if let Some(label) = &mut line.label {
            label.corner = label.corner.moved(by);
        }
    }
    Size::new(high.x - low.x, height)
}
