//! The diagram of an execution.

use std::collections::HashMap;

use maud::{Markup, PreEscaped, html};
use stepwright_diagram::{Diagram, StateLink};

use super::view::ExecutionView;
/// Draws the definition with the states coloured by what happened, each with a link to its newest visit. `None` without a definition.
pub fn picture(view: &ExecutionView<'_>) -> Option<Markup> {
    let (definition, overlay) = view.definition?;
    let mut newest: HashMap<&str, usize> = HashMap::new();
    for (index, visit) in view.timeline.visits().iter().enumerate() {
        newest.insert(visit.state(), index);
    }
    let selected = view.selected_visit().map(|visit| visit.state());
    let svg = Diagram::of(definition)
        .with(overlay)
        .to_inline_svg(|state| {
            let index = *newest.get(state)?;
            let link = StateLink::new(view.links.visit(index));
            Some(link.current(selected == Some(state)))
        });
    // The picture escapes its texts.
    Some(
        html! { div class="picture" tabindex="0" role="region" aria-label="Diagram" { (PreEscaped(svg)) } },
    )
}
