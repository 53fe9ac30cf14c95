//! The executions whose data contains a text: from an index, or from a bounded scan.

use maud::{Markup, html};
use stepwright_engine::search::IndexedExecution;
use stepwright_engine::store::StoreError;
use stepwright_engine::{ExecutionFilter, ExecutionPage, ExecutionSummary, Status};
use stepwright_history::report::text;

use crate::console::state::Console;

/// Where the executions of a list come from.
#[derive(Debug)]
pub(crate) enum ListSource {
    /// All were read.
    Scan,
    /// An index selected them.
    Index(Option<IndexedExecution>),
    /// There is an index, which cannot be used for this reason, so all were read.
    NoIndex(String),
}

/// A page of executions of a list.
pub(super) struct SourcePage {
    pub(crate) page: ExecutionPage,
    /// How many executions were read for it, or compared by the index.
    pub(crate) read: usize,
    pub(crate) source: ListSource,
}

impl Console {
    /// Returns a page of the executions that an index finds by a text. Without a text, an index, or
    /// an index that works, returns a page of all executions.
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

    /// Returns the errors of executions in the same order, and how many were read for them.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(super) async fn errors_of(
        &self,
        executions: &[ExecutionSummary],
    ) -> Result<(Vec<String>, usize), StoreError> {
        let mut errors: Vec<Option<String>> = executions
            .iter()
            .map(|one| match one.status {
                Status::Running | Status::Succeeded => Some(String::new()),
                _ => self.errors.known(one),
            })
            .collect();
        let unknown = executions
            .iter()
            .zip(&errors)
            .filter(|(_, error)| error.is_none());
        let unknown: Vec<String> = unknown.map(|(one, _)| one.id.clone()).collect();
        let read = unknown.len();
        if read > 0 {
            let mut data = self.source.data(unknown).await?.into_iter();
            for (execution, error) in executions.iter().zip(&mut errors) {
                if error.is_some() {
                    continue;
                }
                let found = data.next().flatten().and_then(|data| data.error);
                let found = found.unwrap_or_default();
                self.errors.add(execution, &found);
                *error = Some(found);
            }
        }
        Ok((
            errors.into_iter().map(Option::unwrap_or_default).collect(),
            read,
        ))
    }
}

impl ListSource {
    /// Says how many executions were read, and how.
    pub(crate) fn summary(&self, read: usize) -> Markup {
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
