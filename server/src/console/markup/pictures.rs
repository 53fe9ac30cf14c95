//! The pictures of definitions. The layout of a large one takes seconds, so each is drawn once, and
//! pages draw no larger ones.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use maud::{Markup, html};
use stepwright_asl::json::Json as Asl;
use stepwright_diagram::{Diagram, StateLink};
use stepwright_history::report::{self, ExecutionView};
use tokio::sync::OnceCell;

use super::link;
use crate::control::Revision;

/// The maximum number of states in a picture of a page.
const MOST_STATES: usize = 1_000;
/// How many pictures are cached.
const MOST_PICTURES: usize = 16;

/// The pictures of the newest definitions of state machines.
#[derive(Default)]
pub(crate) struct PictureCache(Mutex<VecDeque<CachedPicture>>);

struct CachedPicture {
    revision: Arc<Revision>,
    picture: Arc<OnceCell<Markup>>,
}

impl PictureCache {
    /// Returns the picture of a state machine's revision, with a link to each state's definition.
    /// Concurrent requests wait for the same picture.
    pub(crate) async fn of_revision(&self, machine: &str, revision: &Arc<Revision>) -> Markup {
        let picture = self.entry(revision);
        let drawn = picture.get_or_init(async || draw(machine, &revision.configuration.definition));
        drawn.await.clone()
    }

    fn entry(&self, revision: &Arc<Revision>) -> Arc<OnceCell<Markup>> {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |one: &CachedPicture| Arc::ptr_eq(&one.revision, revision);
        if let Some(known) = cached.iter().find(|one| is_it(one)) {
            return known.picture.clone();
        }
        if cached.len() == MOST_PICTURES {
            cached.pop_front();
        }
        let picture = Arc::new(OnceCell::new());
        cached.push_back(CachedPicture {
            revision: revision.clone(),
            picture: picture.clone(),
        });
        picture
    }
}

/// Returns the picture of an execution, in which a state can be marked that was not entered; `None`
/// without a definition.
pub(crate) fn of_execution(
    view: &ExecutionView<'_>,
    marked: Option<(&str, &str)>,
) -> Option<Markup> {
    too_large(view.definition?.0).or_else(|| match marked {
        Some((state, url)) => report::picture_at(view, state, url),
        None => report::picture(view),
    })
}

fn draw(machine: &str, definition: &str) -> Markup {
    let Ok(definition) = definition.parse::<Asl>() else {
        return html! {};
    };
    if let Some(message) = too_large(&definition) {
        return message;
    }
    let svg = Diagram::of(&definition)
        .to_inline_svg(|state| Some(StateLink::new(link::machine_state(machine, state))));
    report::framed(&svg)
}

/// Returns a message instead of the picture of a definition that is too large for a page.
pub(crate) fn too_large(definition: &Asl) -> Option<Markup> {
    let states = Diagram::of(definition).state_count();
    (states > MOST_STATES).then(|| {
        html! { p class="hint" {
            "Pages draw at most " (MOST_STATES) " states, and this definition has " (states) ". " code { "stepwright graph" } " draws it."
        } }
    })
}
