//! The palette: flow states, state machines and functions of the workspace, patterns, and calls of
//! services.

mod calls;
mod flow;
mod fragment;
mod patterns;
mod workspace;

use maud::{Markup, html};
use stepwright_asl::model::QueryLanguage;
use stepwright_editor::Definition;

pub(crate) use fragment::Fragment;
pub(crate) use workspace::WorkspaceCache;

/// The maximum number of calls of services in an answer.
const MOST_CALLS: usize = 60;

/// An item of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaletteItem {
    /// The id for [`Action::Insert`](crate::Action::Insert).
    pub id: String,
    /// The heading under which it is shown.
    pub group: &'static str,
    /// The name.
    pub title: String,
    /// Its effect, or the kind of its call.
    pub about: String,
}

/// The items whose texts contain all words of a question, the best first. An empty question finds
/// the flow states, the patterns and the most used calls.
///
/// ```
/// let found = stepwright_studio::search_palette("dynamodb put");
/// assert_eq!(found[0].id, "call:arn:aws:states:::dynamodb:putItem");
/// ```
pub fn search_palette(question: &str) -> Vec<PaletteItem> {
    search_with(question, Vec::new())
}

/// The same, with the items of the workspace.
pub(crate) fn search_with(question: &str, workspace: Vec<PaletteItem>) -> Vec<PaletteItem> {
    let question = question.to_lowercase();
    let words: Vec<&str> = question.split_whitespace().collect();
    let contains = |item: &PaletteItem| {
        let text = format!("{} {} {}", item.title, item.about, item.id).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let mut found: Vec<PaletteItem> = flow::items()
        .chain(workspace)
        .chain(patterns::items())
        .filter(contains)
        .collect();
    found.extend(calls::search(&words).into_iter().take(MOST_CALLS));
    found
}

/// Renders items as options, with the headings of their groups.
pub(crate) fn render(items: &[PaletteItem]) -> Markup {
    html! {
        @for (index, item) in items.iter().enumerate() {
            @if index == 0 || items[index - 1].group != item.group {
                li role="presentation" class="group" { (item.group) }
            }
            li role="option" id={ "p" (index) } data-item=(item.id) aria-selected="false" {
                b { (item.title) } " " small { (item.about) }
            }
        }
        @if items.is_empty() {
            li role="option" aria-selected="false" aria-disabled="true" { "nothing found" }
        }
    }
}

/// Where a fragment is inserted.
#[derive(Debug)]
pub(crate) struct InsertionPlace<'d> {
    pub(crate) definition: &'d Definition,
    /// The query language of the definition.
    pub(crate) language: QueryLanguage,
    /// The state that follows; `None` if the execution ends there.
    pub(crate) target: Option<String>,
}

impl<'d> InsertionPlace<'d> {
    pub(crate) fn of(definition: &'d Definition, transition: &str) -> InsertionPlace<'d> {
        let json = definition.json();
        let target = json.pointer(transition).and_then(|target| target.as_str());
        let machine = json.as_object().and_then(QueryLanguage::of);
        let graph = definition.graph();
        let exists = |target: &&str| graph.states().iter().any(|state| state.name == *target);
        InsertionPlace {
            target: target.filter(exists).map(str::to_owned),
            definition,
            language: machine.unwrap_or(QueryLanguage::JsonPath),
        }
    }
}

/// The states of an item, with names that the definition lacks. `None` for an unknown item.
pub(crate) fn fragment(item: &str, place: &InsertionPlace<'_>) -> Option<Fragment> {
    let (kind, name) = item.split_once(':')?;
    let fragment = match kind {
        "flow" => flow::fragment(name, place),
        "call" => calls::fragment(name, place),
        "machine" | "function" => workspace::fragment(kind, name, place),
        "pattern" => patterns::fragment(name, place),
        _ => None,
    }?;
    Some(fragment.with_free_names(place.definition))
}
