//! The diagram of an execution.

use std::collections::HashMap;

use maud::{Markup, PreEscaped, html};
use stepwright_diagram::{Diagram, StateLink};

use super::view::ExecutionView;

/// Draws the definition with the states coloured by what happened, each with a link to its newest
/// visit. `None` without a definition.
pub fn picture(view: &ExecutionView<'_>) -> Option<Markup> {
    draw(view, None)
}

/// Returns a picture of a diagram for a page. The script of `stepwright-diagram` makes it larger
/// and smaller.
pub fn framed(svg: &str) -> Markup {
    // The picture escapes its texts.
    html! { diagram-view class="picture" tabindex="0" role="region" aria-label="Diagram" { (PreEscaped(svg)) } }
}

/// Does the same as [`picture`], and marks a state that may not have been entered yet, with this
/// link.
pub fn picture_at(view: &ExecutionView<'_>, state: &str, url: &str) -> Option<Markup> {
    draw(view, Some((state, url)))
}

fn draw(view: &ExecutionView<'_>, marked: Option<(&str, &str)>) -> Option<Markup> {
    let (definition, overlay) = view.definition?;
    let mut newest: HashMap<&str, usize> = HashMap::new();
    for (index, visit) in view.timeline.visits().iter().enumerate() {
        newest.insert(visit.state(), index);
    }
    let selected = match marked {
        Some((state, _)) => Some(state),
        None => view.selected_visit().map(|visit| visit.state()),
    };
    let svg = Diagram::of(definition)
        .with(overlay)
        .to_inline_svg(|state| {
            let marked = marked.filter(|(marked, _)| *marked == state);
            let url = match marked {
                Some((_, url)) => url.to_owned(),
                None => match newest.get(state) {
                    Some(index) => view.links.visit(*index),
                    None => view.links.state(state)?,
                },
            };
            Some(StateLink::new(url).current(selected == Some(state)))
        });
    Some(framed(&svg))
}
