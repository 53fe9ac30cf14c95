//! The addresses of the studio.

use std::convert::Infallible;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequestParts, Path, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures_util::stream;
use maud::html;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use stepwright_diagram::Diagram;
use stepwright_editor::{Definition, TextEdit};

use crate::edit::action::Action;
use crate::edit::clipboard;
use crate::edit::completion::{self, FieldText};
use crate::edit::performed::NewFile;
use crate::edit::session::{Outcome, SessionError};
use crate::edit::shown_text::ShownText;
use crate::file::{FileState, OpenFile, TextOwner};
use crate::inspector::FormContext;
use crate::page_key::MOST_NONCE;
use crate::project::Project;
use crate::run::condition_value::{ConditionTrial, ConditionValues};
use crate::run::debug::{self, DebugCommand};
use crate::run::long_work::compute;
use crate::run::report;
use crate::run::test_data::{StateDataEdit, TestData};
use crate::run::trial::{self, Evaluation, StateTrial};
use crate::studio_state::StudioState;
use crate::view::{KnownParts, View};
use crate::{assets, inspector, page, palette};

/// Pages load only what this server has. A picture is exported through an image with a `data:`
/// address.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
/// The headers of each response.
const HEADERS: [(HeaderName, &str); 4] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
];
/// The maximum bytes of a request: more than the largest file.
const MOST_BYTES: usize = 24 * 1_048_576;
/// How often a stream looks whether another program changed the file.
const LOOK: Duration = Duration::from_millis(700);

type Shared = State<Arc<StudioState>>;

/// Returns the routes below a path.
pub(crate) fn of(studio: Arc<StudioState>, path: &str) -> Router {
    let root = format!("{path}/{{secret}}/");
    let at = |name: &str| format!("{root}{name}");
    Router::new()
        .route(&root, get(index))
        .route(&at("assets/{name}"), get(asset))
        .route(&at("view"), get(view))
        .route(&at("child"), get(child))
        .route(&at("events"), get(events))
        .route(&at("palette"), get(search))
        .route(&at("inspector"), post(inspect))
        .route(&at("complete"), get(complete_text).post(complete_field))
        .route(&at("fixes"), get(fixes))
        .route(&at("report"), get(reports))
        .route(&at("picture.svg"), get(picture))
        .route(&at("copy"), post(copy))
        .route(&at("apply"), post(apply))
        .route(&at("save"), post(save))
        .route(&at("resolve"), post(resolve))
        .route(&at("test"), post(test))
        .route(&at("test-data"), post(edit_test_data))
        .route(&at("run"), post(run))
        .route(&at("debug"), post(debug_step))
        .route(&at("evaluate"), post(evaluate))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(from_fn_with_state(studio.clone(), check_secret))
        // A page does not know the secret of the next run yet.
        .route(&format!("{path}/run"), get(prove_run))
        .layer(from_fn(protect))
        .with_state(studio)
}

/// Sets the headers of each response.
async fn protect(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        let headers = response.headers_mut();
        headers.insert(name, HeaderValue::from_static(value));
        headers
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

/// Rejects requests without the secret, and forms of other pages, which cannot send JSON.
async fn check_secret(State(studio): Shared, request: Request, next: Next) -> Response {
    let mut segments = request.uri().path().split('/').skip(2);
    let is_known = segments.next().is_some_and(|secret| {
        // Digests, so that the time of the comparison does not reveal how much is right.
        let digest = |text: &str| hmac_sha256::Hash::hash(text.as_bytes());
        digest(secret) == digest(&studio.secret)
    });
    if !is_known {
        let text = "this address is not valid: open the one that `stepwright studio` printed last";
        return (StatusCode::FORBIDDEN, text).into_response();
    }
    let kind = request.headers().get(CONTENT_TYPE);
    let is_json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if request.method() == axum::http::Method::POST && !is_json {
        let text = "the body must be JSON, with the header `content-type: application/json`";
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, text).into_response();
    }
    next.run(request).await
}

/// The run of this studio for a page of an earlier one, and the proof that it is the same user's.
async fn prove_run(State(studio): Shared, parameters: Parameters) -> Result<Response, Refusal> {
    let run = studio.run.as_ref().ok_or_else(|| {
        let reason = "pages of this studio do not survive a restart";
        Refusal(StatusCode::NOT_FOUND, reason.to_owned())
    })?;
    let nonce = parameters.text("nonce");
    if nonce.is_empty() || nonce.len() > MOST_NONCE {
        let reason = format!("`nonce` has between 1 and {MOST_NONCE} characters");
        return Err(Refusal(StatusCode::BAD_REQUEST, reason));
    }
    Ok(json_body(&json!({
        "run": run.id, "proof": run.proof(nonce), "version": *assets::VERSION,
    })))
}

/// The reason why a request has no answer.
struct Refusal(StatusCode, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, json_body(&json!({"error": self.1}))).into_response()
    }
}

impl Refusal {
    /// The request is right, but the definition or the file does not allow it.
    fn of(reason: impl ToString) -> Refusal {
        Refusal(StatusCode::UNPROCESSABLE_ENTITY, reason.to_string())
    }
}

fn json_body(value: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => ([(CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// The parameters of an address.
struct Parameters(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes());
        Ok(Parameters(pairs.into_owned().collect()))
    }
}

impl Parameters {
    fn text(&self, name: &str) -> &str {
        let mut pairs = self.0.iter();
        pairs
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    fn number(&self, name: &str) -> usize {
        self.text(name).parse().unwrap_or(0)
    }

    /// Pointers to the states that the page shows folded, as a JSON array.
    fn folded(&self) -> Vec<String> {
        serde_json::from_str(self.text("folded")).unwrap_or_default()
    }

    fn known(&self) -> KnownParts {
        KnownParts {
            revision: self.text("since").parse().ok(),
            tag: self.text("tag").to_owned(),
            folded: self.folded(),
        }
    }

    /// The index of the file, which is named by its number or its identity.
    fn file_index(&self, studio: &StudioState) -> Result<usize, Refusal> {
        let name = self.text("file");
        match (name, name.parse()) {
            ("", _) => Ok(0),
            (_, Ok(index)) => Ok(index),
            (_, Err(_)) => studio.index_of(name).ok_or_else(|| {
                let reason = format!("this studio does not have `{name}`");
                Refusal(StatusCode::NOT_FOUND, reason)
            }),
        }
    }

    fn file(&self, studio: &StudioState) -> Result<Arc<OpenFile>, Refusal> {
        let index = self.file_index(studio)?;
        studio.file(index).map_err(|error| {
            let name = studio.files.get(index).map_or("", |file| &file.name);
            Refusal(
                StatusCode::NOT_FOUND,
                format!("cannot open `{name}`: {error}"),
            )
        })
    }
}

fn body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(bytes)
        .map_err(|error| Refusal(StatusCode::BAD_REQUEST, format!("the request: {error}")))
}

/// Uses the chosen definition of a file.
fn with_definition<T>(
    file: &OpenFile,
    parameters: &Parameters,
    use_it: impl FnOnce(&Definition) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let state = file.state();
    let definitions = state.session.document().definitions();
    let definition = definitions
        .get(parameters.number("definition"))
        .ok_or_else(|| Refusal::of("the text has no definition"))?;
    use_it(definition)
}

/// The page of a file, or of all files.
async fn index(State(studio): Shared, parameters: Parameters) -> Response {
    if parameters.text("file").is_empty() && has_project(&studio) {
        return read_project(studio, |project| {
            Html(project.render().into_string()).into_response()
        })
        .await;
    }
    let opened = parameters.file_index(&studio);
    match opened.and_then(|index| Ok((index, parameters.file(&studio)?))) {
        Ok((index, file)) => {
            file.look_at_disk();
            let definition = parameters.number("definition");
            let page = page::render(&studio, index, definition, &file);
            Html(page.into_string()).into_response()
        }
        Err(refusal) => problem(&studio, &refusal),
    }
}

/// Whether there is a page of all files. An editor has its own lists of files.
fn has_project(studio: &StudioState) -> bool {
    studio.editor.is_none() && studio.files.len() > 1
}

fn problem(studio: &StudioState, Refusal(status, reason): &Refusal) -> Response {
    let page = page::problem(studio, reason);
    (*status, Html(page.into_string())).into_response()
}

/// Reads all files on a thread for that, and uses them.
async fn read_project(
    studio: Arc<StudioState>,
    use_it: impl FnOnce(&Project) -> Response,
) -> Response {
    let shared = studio.clone();
    match compute(move || Project::of(&shared)).await {
        Ok(project) => use_it(&project),
        Err(error) => problem(&studio, &Refusal::of(error)),
    }
}

/// Goes to the state machine whose executions a state starts.
async fn child(State(studio): Shared, parameters: Parameters) -> Response {
    let file = match parameters.file_index(&studio) {
        Ok(index) => studio.files.get(index).map(|file| file.name.clone()),
        Err(refusal) => return problem(&studio, &refusal),
    };
    let file = file.unwrap_or_default();
    let (definition, state) = (parameters.number("definition"), parameters.text("state"));
    read_project(studio.clone(), |project| {
        match project.child(&file, definition, state) {
            Some(address) => Redirect::to(address).into_response(),
            None => {
                let reason =
                    format!("the files have no state machine that `{state}` of `{file}` starts");
                problem(&studio, &Refusal(StatusCode::NOT_FOUND, reason))
            }
        }
    })
    .await
}

async fn asset(Path((_, name)): Path<(String, String)>) -> Response {
    assets::respond(&name).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

async fn view(State(studio): Shared, parameters: Parameters) -> Result<Response, Refusal> {
    let file = parameters.file(&studio)?;
    file.look_at_disk();
    let mut state = file.state();
    let view = View::of(
        &mut state,
        parameters.number("definition"),
        &parameters.known(),
    );
    Ok(json_body(&view))
}

/// The states that a page copies.
#[derive(Deserialize)]
struct Copy {
    /// Pointers to the states.
    states: Vec<String>,
}

async fn copy(
    State(studio): Shared,
    parameters: Parameters,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    let file = parameters.file(&studio)?;
    let copy: Copy = body(&bytes)?;
    let text = with_definition(&file, &parameters, |definition| {
        clipboard::copied(definition, &copy.states).map_err(Refusal::of)
    })?;
    Ok(text.into_response())
}

/// The actions of a page, and the revision for which they are meant.
#[derive(Deserialize)]
struct Application {
    revision: usize,
    actions: Vec<Action>,
    /// The form whose field or button made the actions.
    form: Option<DrawnForm>,
}

/// A form as a page shows it. Its fields and buttons are for the state that it was drawn from, and
/// for nothing that is at its place now.
#[derive(Deserialize)]
struct DrawnForm {
    state: String,
    digest: String,
}

impl DrawnForm {
    fn is_current(&self, state: &FileState, definition: usize) -> bool {
        let definitions = state.session.document().definitions();
        let definition = definitions.get(definition);
        let digest = definition.and_then(|one| inspector::digest_of_state(one, &self.state));
        digest.as_ref() == Some(&self.digest)
    }
}

async fn apply(
    State(studio): Shared,
    parameters: Parameters,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    let file = parameters.file(&studio)?;
    let application: Application = body(&bytes)?;
    if file.is_read_only() {
        return Err(Refusal(
            StatusCode::FORBIDDEN,
            format!("`{}` is read-only", file.file.name),
        ));
    }
    let mut state = file.state();
    let view = |state: &mut FileState| {
        let mut known = parameters.known();
        known.revision = Some(application.revision);
        View::of(state, parameters.number("definition"), &known)
    };
    if let Some(form) = &application.form
        && !form.is_current(&state, parameters.number("definition"))
    {
        return Ok(conflict(&SessionError::Stale, &view(&mut state)));
    }
    if let Some(owner) = state.owner {
        let planned = state
            .session
            .plan(application.revision, &application.actions);
        return match planned {
            Ok(planned) => Ok(json_body(&plan(&state, owner, planned))),
            Err(error @ SessionError::Stale) => Ok(conflict(&error, &view(&mut state))),
            Err(error) => Err(Refusal::of(error)),
        };
    }
    let before = state.session.revision();
    let done = state
        .session
        .apply(application.revision, &application.actions);
    match done {
        Ok(outcome) => {
            let created = match &outcome.extracted {
                Some(NewFile { name, text, needs }) => {
                    let created = StudioState::create_next_to(&file.file.path, name, text);
                    match created {
                        Ok(path) => Some((path.display().to_string(), needs)),
                        Err(error) => {
                            // The states must not be lost.
                            let now = state.session.revision();
                            state
                                .session
                                .apply(now, &[Action::Undo])
                                .map_err(Refusal::of)?;
                            return Err(Refusal::of(format!("cannot create {name}: {error}")));
                        }
                    }
                }
                None => None,
            };
            let view = view(&mut state);
            let has_changed = state.session.revision() != before;
            drop(state);
            if has_changed {
                file.notify();
            }
            let (created, needs) = created.unzip();
            Ok(json_body(
                &json!({"view": view, "select": outcome.select, "created": created, "needs": needs}),
            ))
        }
        Err(error @ SessionError::Stale) => Ok(conflict(&error, &view(&mut state))),
        Err(error) => Err(Refusal::of(error)),
    }
}

/// The page shows an old text: it gets the changes since then.
fn conflict(error: &SessionError, view: &View) -> Response {
    let answer = json!({"view": view, "error": error.to_string()});
    (StatusCode::CONFLICT, json_body(&answer)).into_response()
}

/// The edits that the editor makes in its text of this version.
fn plan(state: &FileState, owner: TextOwner, planned: (Vec<TextEdit>, Outcome)) -> Json {
    let (edits, outcome) = planned;
    json!({
        "version": owner.version,
        "edits": ShownText::of_file(state.session.document().text()).shown(&edits),
        "select": outcome.select,
        "extracted": outcome.extracted,
    })
}

async fn save(State(studio): Shared, parameters: Parameters) -> Result<Response, Refusal> {
    let file = parameters.file(&studio)?;
    let saved = file.save();
    let saved = saved.map_err(|error| Refusal::of(format!("cannot save the file: {error}")))?;
    let mut state = file.state();
    let view = View::of(
        &mut state,
        parameters.number("definition"),
        &parameters.known(),
    );
    Ok(json_body(&json!({"view": view, "isSaved": saved})))
}

/// The choice of a user after a conflict with another program.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Choice {
    takes_disk: bool,
}

async fn resolve(
    State(studio): Shared,
    parameters: Parameters,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    let file = parameters.file(&studio)?;
    file.resolve(body::<Choice>(&bytes)?.takes_disk);
    let mut state = file.state();
    let view = View::of(
        &mut state,
        parameters.number("definition"),
        &parameters.known(),
    );
    Ok(json_body(&json!({"view": view})))
}

/// A stream that reports that something of a file has changed. It also looks at the disk, so that a
/// file is watched while a page shows it.
async fn events(State(studio): Shared, parameters: Parameters) -> Result<Response, Refusal> {
    let file = parameters.file(&studio)?;
    let changes = file.changes.subscribe();
    let closed = studio.is_closed.subscribe();
    let first = Bytes::from_static(b"retry: 1000\n\n");
    let changes = stream::unfold(
        (file, changes, closed),
        |(file, mut changes, mut closed)| async {
            loop {
                if *closed.borrow() {
                    return None;
                }
                let text = tokio::select! {
                    changed = changes.changed() => match changed {
                        Ok(()) => Bytes::from_static(b"data: change\n\n"),
                        Err(_) => return None,
                    },
                    _ = closed.changed() => continue,
                    () = tokio::time::sleep(LOOK) => {
                        file.look_at_disk();
                        // Shows whether the page is still there.
                        Bytes::from_static(b":\n\n")
                    }
                };
                return Some((Ok::<_, Infallible>(text), (file, changes, closed)));
            }
        },
    );
    let all = futures_util::StreamExt::chain(stream::iter([Ok(first)]), changes);
    let kind = [(CONTENT_TYPE, "text/event-stream")];
    Ok((kind, Body::from_stream(all)).into_response())
}

async fn search(State(studio): Shared, parameters: Parameters) -> Response {
    let own = parameters.file(&studio).ok();
    let workspace = studio.workspace_items(own.as_deref());
    let items = palette::search_with(parameters.text("q"), workspace);
    Html(palette::render(&items).into_string()).into_response()
}

/// What can be written at a position of the text.
async fn complete_text(State(studio): Shared, parameters: Parameters) -> Result<Response, Refusal> {
    let file = parameters.file(&studio)?;
    let document = file.state().session.document().clone();
    let offers = completion::in_text(&document, parameters.number("position"));
    Ok(json_body(&offers))
}

/// What can be written at a position of a field of a form.
async fn complete_field(
    State(studio): Shared,
    parameters: Parameters,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    let definition = copy_of(&*parameters.file(&studio)?, &parameters)?;
    let typed: FieldText = body(&bytes)?;
    Ok(json_body(&completion::in_field(&definition, &typed)))
}

/// The form of a state, with its data of tests.
async fn inspect(
    State(studio): Shared,
    parameters: Parameters,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    let file = parameters.file(&studio)?;
    let data: TestData = body(&bytes)?;
    let number = parameters.number("definition");
    let last = file.last_run(number);
    let (last, pointer) = (last.as_deref(), parameters.text("state"));
    let trial = with_definition(&file, &parameters, |definition| {
        Ok(ConditionTrial::of(definition, pointer, &data, last))
    })?;
    let values = match trial {
        Some(trial) => trial.values().await,
        None => ConditionValues::default(),
    };
    let html = with_definition(&file, &parameters, |definition| {
        let context = FormContext {
            data: &data,
            last,
            values: &values,
            file: has_project(&studio).then(|| file.file.identity()),
        };
        let form = inspector::render(definition, number, pointer, context);
        // Another edit may have removed it since then: that is no error of the page.
        Ok(form.unwrap_or_else(|| html! { p { "The state has been removed." } }))
    })?;
    Ok(Html(html.into_string()).into_response())
}

/// The data of tests with a value that a user typed in the form of a state.
async fn edit_test_data(bytes: Bytes) -> Result<Response, Refusal> {
    let edit: StateDataEdit = body(&bytes)?;
    Ok(edit.apply().map_err(Refusal::of)?.into_response())
}

/// The fixes of a problem that an editor may offer: each has been tried.
async fn fixes(State(studio): Shared, parameters: Parameters) -> Result<Response, Refusal> {
    let file = parameters.file(&studio)?;
    let state = file.state();
    let session = &state.session;
    let all = session.diagnostics();
    let chosen = all.get(parameters.number("problem")).into_iter();
    let offered = session
        .document()
        .offered_fixes(chosen, all, session.validator());
    let titles: Vec<&str> = offered.iter().map(|fix| &*fix.fix.title).collect();
    Ok(json_body(&titles))
}

async fn reports(State(studio): Shared, parameters: Parameters) -> Result<Response, Refusal> {
    let file = parameters.file(&studio)?;
    let index = parameters.number("definition");
    let text = match parameters.text("about") {
        "difference" => {
            let document = file.state().session.document().clone();
            report::difference(&document, index, &file.file.path).map_err(Refusal::of)
        }
        about => with_definition(&file, &parameters, |definition| {
            let name = definition.name().unwrap_or("StateMachine");
            let text = match about {
                "policy" => report::policy(definition, name),
                "estimate" => report::estimate(definition),
                _ => Err("there is no such report".to_owned()),
            };
            text.map_err(Refusal::of)
        }),
    }?;
    Ok(text.into_response())
}

async fn picture(State(studio): Shared, parameters: Parameters) -> Result<Response, Refusal> {
    let file = parameters.file(&studio)?;
    let svg = with_definition(&file, &parameters, |definition| {
        Ok(Diagram::of(definition.json()).to_svg())
    })?;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    let name = HeaderValue::from_static("attachment; filename=\"state-machine.svg\"");
    headers.insert(CONTENT_DISPOSITION, name);
    Ok((headers, svg).into_response())
}

/// A copy of the chosen definition, which no request waits for.
fn copy_of(file: &OpenFile, parameters: &Parameters) -> Result<Definition, Refusal> {
    with_definition(file, parameters, |definition| Ok(definition.clone()))
}

async fn test(
    State(studio): Shared,
    parameters: Parameters,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    let file = parameters.file(&studio)?;
    let definition = copy_of(&file, &parameters)?;
    let trial: StateTrial = body(&bytes)?;
    let last = file.last_run(parameters.number("definition"));
    let html = trial::test(&definition, &trial, last.as_deref())
        .await
        .map_err(Refusal::of)?;
    Ok(json_body(&json!({"html": html.into_string()})))
}

async fn run(
    State(studio): Shared,
    parameters: Parameters,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    let file = parameters.file(&studio)?;
    let definition = copy_of(&file, &parameters)?;
    let data: TestData = body(&bytes)?;
    let machine_type = definition.machine_type();
    let report = trial::run(&definition, machine_type, &data, &parameters.folded()).await;
    let report = report.map_err(Refusal::of)?;
    file.set_last_run(parameters.number("definition"), report.timeline);
    let answer: Json = json!({"html": report.html.into_string(), "picture": report.picture});
    Ok(json_body(&answer))
}

/// A step of the debugger.
async fn debug_step(
    State(studio): Shared,
    parameters: Parameters,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    let file = parameters.file(&studio)?;
    let definition = copy_of(&file, &parameters)?;
    let revision = file.state().session.revision();
    let command: DebugCommand = body(&bytes)?;
    let folded = parameters.folded();
    let debugged = file.clone();
    let report = compute(move || {
        let session = debugged.debug.lock();
        let mut session = session.unwrap_or_else(PoisonError::into_inner);
        debug::perform(&mut session, &definition, revision, &command, &folded)
    });
    let report = report.await.map_err(Refusal::of)?.map_err(Refusal::of)?;
    let answer = json_body(&report);
    file.set_last_run(parameters.number("definition"), report.timeline);
    Ok(answer)
}

/// The value of an expression, or why it has none: while a user types, that is no error.
async fn evaluate(bytes: Bytes) -> Result<Response, Refusal> {
    let evaluation: Evaluation = body(&bytes)?;
    let value = trial::evaluate(&evaluation).await;
    Ok(value
        .unwrap_or_else(|reason| format!("no value: {reason}"))
        .into_response())
}
