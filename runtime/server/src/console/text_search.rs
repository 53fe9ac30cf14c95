//! The executions whose input or output contains a text: from an index, or from a bounded scan.

use maud::{Markup, html};
use stepwright_runtime::report::text;
use stepwright_runtime::search::IndexedExecution;
use stepwright_runtime::store::StoreError;
use stepwright_runtime::{ExecutionFilter, ExecutionPage};

use super::state::Console;

/// Where the executions of a list come from.
#[derive(Debug)]
pub(super) enum ListSource {
    /// All were read.
    Scan,
    /// An index selected them.
    Index(Option<IndexedExecution>),
    /// There is an index, which cannot be used for this reason, so all were read.
    NoIndex(String),
}

/// A page of executions of a list.
pub(super) struct SourcePage {
    pub(super) page: ExecutionPage,
    /// How many executions were read for it, or compared by the index.
    pub(super) read: usize,
    pub(super) source: ListSource,
}

impl Console {
    /// Returns a page of the executions that an index finds by a text. Without a text, an index, or an index that works, returns a page of all
    /// executions.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(super) async fn executions_with(
        &self,
        filter: ExecutionFilter,
        text: &str,
    ) -> Result<SourcePage, StoreError> {
        let mut source = ListSource::Scan;
        let search = self.search.as_ref().filter(|_| !text.is_empty());
        let is_masked = search.is_none_or(|search| search.masks(self.source.redaction()));
        if !is_masked {
            source = ListSource::NoIndex("it has values that pages mask".to_owned());
        }
        if let Some(search) = search.filter(|_| is_masked).cloned() {
            let (filter, text) = (filter.clone(), text.to_owned());
            let found = tokio::task::spawn_blocking(move || search.page(&filter, &text));
            match found.await {
                Ok(Ok(found)) => {
                    return Ok(SourcePage {
                        page: found.page,
                        read: found.compared,
                        source: ListSource::Index(found.indexed_to),
                    });
                }
                Ok(Err(error)) => source = ListSource::NoIndex(error.to_string()),
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        }
        let page = self.executions(filter).await?;
        Ok(SourcePage {
            read: page.executions.len(),
            page,
            source,
        })
    }
}

impl ListSource {
    /// Says how many executions were read, and how.
    pub(super) fn summary(&self, read: usize) -> Markup {
        let read = text::count(read, "execution");
        html! {
            span class="hint" {
                @match self {
                    Self::Scan => { (read) " read" }
                    Self::NoIndex(why) => { (read) " read, without the index: " (why) }
                    Self::Index(None) => { "The index has no execution yet." }
                    Self::Index(Some(newest)) => {
                        (read) " compared by the index"
                        @if newest.is_newest { ", which has all executions up to " } @else { ", which is being filled; it has executions up to " }
                        code { (text::last_of(&newest.id)) } ", started at " (text::time(newest.started))
                    }
                }
            }
        }
    }
}
