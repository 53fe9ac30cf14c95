//! What all pages share.

use std::sync::Arc;
use std::time::Duration;

use stepwright_engine::handler_logs::HandlerLogs;
use stepwright_engine::search::ExecutionSearch;

use super::assets::Assets;
use super::debug::DebugSessions;
use super::execution::transition_cache::TransitionCache;
use super::form::sent_forms::SentForms;
use super::lists::error_index::ErrorIndex;
use super::lists::failure_cache::FailureCache;
use super::markup::charts::ChartCache;
use super::markup::pictures::PictureCache;
use super::source::ExecutionSource;
use crate::access::Access;
use crate::body::BodyMemory;
use crate::service::Service;

/// The state of the console's handlers.
#[derive(Clone)]
pub(super) struct Console(pub(super) Arc<ConsoleState>);

pub(super) struct ConsoleState {
    /// The executions that the pages show.
    pub(super) source: ExecutionSource,
    /// The engine and the state machines. The engine runs nothing if the source is a store.
    pub(super) service: Arc<Service>,
    pub(super) access: Arc<Access>,
    /// What the handlers of tasks logged, if the program retains it.
    pub(super) handler_logs: Option<HandlerLogs>,
    /// Finds executions by a text, if the program has such a search.
    pub(super) search: Option<Arc<dyn ExecutionSearch>>,
    pub(super) is_read_only: bool,
    /// The token of all forms. A page of another site cannot read it.
    pub(super) form_token: String,
    pub(super) assets: Assets,
    pub(super) charts: ChartCache,
    pub(super) pictures: PictureCache,
    pub(super) failures: FailureCache,
    pub(super) transitions: TransitionCache,
    pub(super) debug_sessions: DebugSessions,
    pub(super) sent_forms: SentForms,
    pub(super) errors: ErrorIndex,
    /// The memory for the bodies of forms, and their timeout.
    pub(super) body_memory: BodyMemory,
    pub(super) body_time: Duration,
}

impl ConsoleState {
    /// Returns why the pages may not show what is true now, for all of them.
    pub(super) fn warning(&self) -> Option<String> {
        if let Some(standby) = self.source.store().and_then(|store| store.standby.as_ref()) {
            return Some(standby().to_string());
        }
        let lease = self.service.engine.store_lease()?;
        (!lease.is_trusted()).then(|| {
            "This server cannot renew the lease of its store. Another server may have taken over, and these pages may be old.".to_owned()
        })
    }
}

impl std::ops::Deref for Console {
    type Target = ConsoleState;

    fn deref(&self) -> &ConsoleState {
        &self.0
    }
}
