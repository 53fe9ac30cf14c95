//! Transitions as lines.

use stepwright_asl::overlay::Status;

use crate::layout::{LABEL_LINE, Layout, Line, Path, Point, Segment, What};
use crate::outline::{Class, Outline};
use crate::text::xml;

use super::canvas::{Canvas, number};
use super::handle;
use super::style::{coloured, line_class};

/// Draws all lines, without their labels.
pub(super) fn lines(out: &mut Canvas, outline: &Outline, layout: &Layout) {
    for (index, body) in layout.bodies.iter().enumerate() {
        for line in &body.lines {
            let origin = layout.origins[index];
            let shift = out.begin(line.path.start.moved(origin));
            let path = data(&line.path, origin.moved(shift));
            let (class, arrow) = appearance(outline, index, &body.lines, line);
            let data = path;
            let path = format!(r#"<path class="{class}" d="{data}"{arrow}/>"#);
            if out.is_editable()
                && let Some(pointers) = handle::edges(outline, index, line)
            {
                // A wide invisible line is easy to hit.
                out.line(&format!(
                    r#"<g class="edge" data-edges="{}"><path class="hit" d="{data}"/>{path}</g>"#,
                    xml(&pointers)
                ));
                continue;
            }
            match line.what {
                What::Link(link) => {
                    let link = &outline.bodies[index].links[link];
                    let (from, to) = (&outline.nodes[link.from], &outline.nodes[link.to]);
                    out.line(&format!(
                        r#"<g class="edge" data-from="{}" data-to="{}"><title>{}</title>{path}</g>"#,
                        xml(&from.full_name),
                        xml(&to.full_name),
                        xml(&link.tooltip(from, to))
                    ));
                }
                What::Start | What::End(_) | What::Trunk(_) => out.line(&path),
            }
        }
    }
}

fn appearance(outline: &Outline, body: usize, lines: &[Line], line: &Line) -> (String, String) {
    let (class, mark, trunk) = match line.what {
        What::Link(link) => {
            let link = &outline.bodies[body].links[link];
            (link.class, link.mark, "")
        }
        What::Trunk(class) => (class, trunk_mark(outline, body, lines, class), " trunk"),
        What::Start => (Class::Next, None, ""),
        What::End(at) => {
            let node = &outline.nodes[outline.bodies[body].nodes[at]];
            let status = node.mark.as_ref().map(|mark| mark.status);
            let faint = status.filter(|status| *status == Status::NotEntered);
            (Class::Next, faint, "")
        }
    };
    let class = line_class(class);
    let head = mark.and_then(coloured).unwrap_or(class);
    let arrow = if line.arrow {
        format!(r#" marker-end="url(#stepwright-{head})""#)
    } else {
        String::new()
    };
    (format!("line {class}{trunk}{}", marked(mark)), arrow)
}

/// A trunk is faint if no execution took a transition of the same class that joins it.
fn trunk_mark(outline: &Outline, body: usize, lines: &[Line], class: Class) -> Option<Status> {
    outline.overlay.as_ref()?;
    let catches = class == Class::Catch;
    let joining = lines.iter().filter(|line| !line.arrow);
    let mut joining = joining.filter_map(|line| match line.what {
        What::Link(link) => Some(&outline.bodies[body].links[link]),
        What::Start | What::End(_) | What::Trunk(_) => None,
    });
    let is_taken = joining.any(|link| {
        let is_faint = link.mark == Some(Status::NotEntered);
        (link.class == Class::Catch) == catches && !is_faint
    });
    (!is_taken).then_some(Status::NotEntered)
}

/// The class of a line or a label with a mark.
fn marked(mark: Option<Status>) -> String {
    match mark {
        Some(mark) => format!(" is-{}", coloured(mark).unwrap_or(went(mark))),
        None => String::new(),
    }
}

/// The CSS class for whether the execution took the transition.
fn went(mark: Status) -> &'static str {
    match mark {
        Status::NotEntered => "unentered",
        _ => "taken",
    }
}

/// Draws the labels, with conditions and errors, over all lines.
pub(super) fn labels(out: &mut Canvas, outline: &Outline, layout: &Layout) {
    for (index, body) in layout.bodies.iter().enumerate() {
        for line in &body.lines {
            let (What::Link(link), Some(rect)) = (line.what, line.label) else {
                continue;
            };
            let lines = &layout.labels[index][link];
            let link = &outline.bodies[index].links[link];
            let corner = rect.corner.moved(layout.origins[index]);
            let corner = corner.moved(out.begin(corner));
            // A label covers its line with the background colour.
            let parent = outline.bodies[index].parent;
            let bare = parent.is_some_and(|parent| !outline.nodes[parent].has_frames());
            let inside = if bare { " inside" } else { "" };
            out.line(&format!(
                r#"<g class="label {}{inside}{}"><title>{}</title><rect x="{}" y="{}" width="{}" height="{}" rx="3"/>"#,
                line_class(link.class),
                marked(link.mark),
                xml(&link.tooltip(&outline.nodes[link.from], &outline.nodes[link.to])),
                number(corner.x),
                number(corner.y),
                number(rect.size.width),
                number(rect.size.height),
            ));
            let x = number(corner.x + rect.size.width / 2.0);
            for (row, text) in lines.iter().enumerate() {
                out.line(&format!(
                    r#"<text x="{x}" y="{}">{}</text>"#,
                    number(corner.y + LABEL_LINE * row as f64 + 12.0),
                    xml(text)
                ));
            }
            out.line("</g>");
        }
    }
}

/// The path in SVG syntax.
fn data(path: &Path, origin: Point) -> String {
    let point = |point: Point| {
        let point = point.moved(origin);
        format!("{} {}", number(point.x), number(point.y))
    };
    let mut data = format!("M{}", point(path.start));
    for segment in &path.segments {
        match segment {
            Segment::Line(end) => data.push_str(&format!("L{}", point(*end))),
            Segment::Curve(first, second, end) => {
                data.push_str(&format!(
                    "C{} {} {}",
                    point(*first),
                    point(*second),
                    point(*end)
                ));
            }
        }
    }
    data
}
