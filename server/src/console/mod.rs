//! The console: pages about state machines and executions, rendered on the server.
//!
//! Pages work without JavaScript. With it, `assets/console.js` updates them in place when `live/`
//! reports a change. The console reads the engine by its public functions, and changes it by the
//! operations of the API, so that a page and a client have the same rules and errors.
//!
//! | file | content |
//! |---|---|
//! | `state.rs`, `source/` | what all pages share; the source of executions: an engine, or a store without one |
//! | `actions.rs` | the forms that change something: start, stop, redrive, answers |
//! | `assets.rs` | the style sheets, the script and the icon |
//! | `markup/` | parts that pages share: the frame, links, notices, charts and pictures of definitions |
//! | `http/` | the password and the token against cross-site requests, pages of errors, compression, threads for long work |
//! | `form/` | the parameters of requests, fields for names and times, forms that are made from JSON Schemas, forms that are performed once |
//! | `live/` | the streams of changes |
//! | `execution/` | one execution: its diagram, waits, lineage, cost, and its copies as commands and tests |
//! | `lists/` | the lists of state machines, executions, failures, waiting tasks and activities; a Map Run; executions as a file |
//! | `machine/` | one state machine: its definition, policy, estimate and versions, and the form that starts it |
//! | `debug/` | the debugger |

mod actions;
mod assets;
mod debug;
mod execution;
mod form;
mod http;
mod lists;
mod live;
mod machine;
mod markup;
mod source;
mod state;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use stepwright_engine::handler_logs::HandlerLogs;
use stepwright_engine::search::ExecutionSearch;

use self::assets::Assets;
pub use self::debug::DebugRequest;
pub(crate) use self::debug::{DebugSessions, DebugSubject};
use self::execution::transition_cache::TransitionCache;
use self::execution::{compare, copies, lineage};
use self::form::params::Params;
use self::form::sent_forms::SentForms;
pub(crate) use self::http::error::refused_browser;
use self::http::error::{PageError, PageResult, respond};
use self::http::{compression, error, guard};
use self::lists::error_index::ErrorIndex;
use self::lists::failure_cache::FailureCache;
use self::lists::{activities, confirm, executions, export, failures, machines, map_run, waiting};
use self::markup::charts::ChartCache;
use self::markup::link;
pub(crate) use self::markup::link::debugger as debugger_url;
use self::markup::pictures::PictureCache;
use self::source::ExecutionSource;
pub(crate) use self::source::StoreSource;
use self::state::{Console, ConsoleState};
use crate::access::Access;
use crate::body::BodyMemory;
use crate::service::Service;

/// Whether a server has the console, and whether its pages can change anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConsoleMode {
    /// No console.
    #[default]
    Off,
    /// Pages that show, and forms that start, stop and answer.
    On,
    /// Only pages that show. Task tokens are not shown.
    ReadOnly,
}

/// The settings of a server's console.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConsoleOptions {
    pub(crate) mode: ConsoleMode,
    /// The lines that the handlers of tasks logged.
    pub(crate) handler_logs: Option<HandlerLogs>,
    /// Finds executions by a text.
    pub(crate) search: Option<Arc<dyn ExecutionSearch>>,
}

/// Returns the routes of the console, which begin with `/console`; none if it is off.
pub(crate) fn router(
    options: ConsoleOptions,
    service: &Arc<Service>,
    access: &Arc<Access>,
    body_time: Duration,
    debug_sessions: DebugSessions,
) -> Router {
    if options.mode == ConsoleMode::Off {
        return Router::new();
    }
    let source = ExecutionSource::Engine(service.clone());
    let sessions = debug_sessions;
    routes(options, source, service, access, body_time, sessions)
}

/// Returns the routes of a console that shows a store without an engine. `service` has an engine
/// that runs nothing.
pub(crate) fn store_router(
    store: Arc<StoreSource>,
    service: &Arc<Service>,
    access: &Arc<Access>,
    body_time: Duration,
) -> Router {
    let options = ConsoleOptions {
        mode: ConsoleMode::ReadOnly,
        ..ConsoleOptions::default()
    };
    let (source, sessions) = (ExecutionSource::Store(store), DebugSessions::default());
    routes(options, source, service, access, body_time, sessions)
}

fn routes(
    options: ConsoleOptions,
    source: ExecutionSource,
    service: &Arc<Service>,
    access: &Arc<Access>,
    body_time: Duration,
    debug_sessions: DebugSessions,
) -> Router {
    let ConsoleOptions {
        mode,
        handler_logs,
        search,
    } = options;
    let console = Console(Arc::new(ConsoleState {
        source,
        service: service.clone(),
        access: access.clone(),
        handler_logs,
        search,
        is_read_only: mode == ConsoleMode::ReadOnly,
        form_token: guard::form_token(),
        assets: Assets::new(),
        charts: ChartCache::default(),
        pictures: PictureCache::default(),
        failures: FailureCache::default(),
        transitions: TransitionCache::default(),
        debug_sessions,
        sent_forms: SentForms::default(),
        errors: ErrorIndex::default(),
        body_memory: BodyMemory::new(),
        body_time,
    }));
    let pages = Router::new()
        .route("/console", page(machines::render))
        .route("/console/machine", page(machine::render))
        .route("/console/executions", page(executions::render))
        .route("/console/executions/export", get(export::of_query))
        .route("/console/execution", page(execution::render))
        .route(
            "/console/execution/history.json",
            get(execution::history_file),
        )
        .route("/console/copy", get(copies::page))
        .route(link::COMPARE, page(compare::render))
        .route("/console/copy/test.rs", get(copies::test_file))
        .route("/console/map-run", page(map_run::render))
        .route(link::WAITING, page(waiting::render))
        .route(link::FAILURES, page(failures::render))
        .route(link::PARENT, get(lineage::page))
        .route("/console/activities", page(activities::render))
        .route(link::LIVE, get(live::of_lists))
        .route(link::LIVE_EXECUTION, get(live::of_execution))
        .route(link::LIVE_PAGES, get(live::of_pages))
        .route("/console/{*path}", get(error::no_page));
    let pages = match mode {
        ConsoleMode::On => pages
            .route("/console/executions/export", post(export::of_form))
            .route(link::FORM_TOKEN, get(guard::current_form_token))
            .route(link::CONFIRM, post(confirm::page))
            .route("/console/start", post(actions::start))
            .route("/console/stop", post(actions::stop))
            .route("/console/redrive", post(actions::redrive))
            .route("/console/restart", post(actions::restart))
            .route("/console/answer", post(actions::answer))
            .route(link::DEBUGGER, get(debug::page))
            .route(link::NEW_DEBUGGER, get(debug::form).post(debug::create))
            .route(link::DEBUG_ACTION, post(debug::act))
            .route("/console/debug/history.json", get(debug::history_file)),
        _ => pages,
    };
    pages
        .method_not_allowed_fallback(error::no_method)
        .layer(from_fn_with_state(console.clone(), compression::compress))
        .layer(from_fn_with_state(console.clone(), refresh))
        .route("/", get(entrance))
        .route("/console/assets/{name}", get(asset))
        .layer(from_fn_with_state(console.clone(), guard::guard))
        .with_state(console)
}

/// Returns the handler of a page with the parameters of its address.
fn page<F, R>(render: F) -> MethodRouter<Console>
where
    F: Fn(Console, Params) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = PageResult> + Send + 'static,
{
    get(
        async move |State(console): State<Console>, RawQuery(query): RawQuery| {
            let params = Params::of_query(query.as_deref());
            let page = render(console.clone(), params).await;
            respond(&console, page)
        },
    )
}

/// Reads the state machines again before a page shows them, if another process may have changed
/// them.
async fn refresh(State(console): State<Console>, request: Request, next: Next) -> Response {
    if let Some(store) = console.source.store()
        && let Err(error) = store.refresh(&console.service).await
    {
        return PageError::from(error).respond(&console);
    }
    next.run(request).await
}

/// Responds with a style sheet, the script or the icon.
async fn asset(
    State(console): State<Console>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    match console.assets.respond(&name, &headers) {
        Some(response) => response,
        None => PageError::not_found("there is no such file").respond(&console),
    }
}

/// Redirects a browser that opens the address of the server.
async fn entrance() -> Redirect {
    Redirect::to(link::MACHINES)
}
