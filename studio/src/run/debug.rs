//! Debugging of a definition step by step, with the debugger of `stepwright debug`.

use std::time::Duration;

use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use stepwright_asl::StateMachine;
use stepwright_diagram::Diagram;
use stepwright_editor::Definition;
use stepwright_engine::task::TaskResult;
use stepwright_history::overlay;
use stepwright_history::timeline::Timeline;
use stepwright_testing::debug::{DebugOptions, Debugger, Position, PositionKind, Stop};

use crate::run::mock_answer::mock_answers;
use crate::run::test_data::{TestData, json};

/// The most visited states that a page shows.
const MOST_VISITS: usize = 40;

/// An execution that a user steps through.
#[derive(Debug)]
pub(crate) struct DebugSession {
    debugger: Debugger,
    /// The definition for which it was started. Later edits do not change it.
    definition: Definition,
    revision: usize,
}

/// A command of a user, with the breakpoints and texts of the page.
#[derive(Debug, Deserialize)]
pub(crate) struct DebugCommand {
    act: DebugAct,
    /// The names of the states with a breakpoint.
    breakpoints: Vec<String>,
    #[serde(flatten)]
    data: TestData,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum DebugAct {
    Start,
    Step,
    Into,
    Resume,
    Back,
    Answer,
}

/// The position of an execution.
#[derive(Debug, Serialize)]
pub(crate) struct DebugReport {
    html: String,
    /// The picture with the statuses of the states.
    picture: String,
    /// Pointer to the state that continues; empty at the end.
    state: String,
    #[serde(skip)]
    pub(crate) timeline: Timeline,
}

/// Performs a command. A step without a running execution of the definition starts one. It may
/// compute for a while: call it on a thread for that.
pub(crate) fn perform(
    session: &mut Option<DebugSession>,
    definition: &Definition,
    revision: usize,
    command: &DebugCommand,
    folded: &[String],
) -> Result<DebugReport, String> {
    let is_start = match command.act {
        DebugAct::Start => true,
        DebugAct::Step => session
            .as_ref()
            .is_none_or(|session| session.revision != revision || session.has_ended()),
        _ => false,
    };
    if is_start {
        *session = Some(DebugSession::start(definition, revision, command)?);
    }
    let found = session.as_mut().ok_or("start the execution with Step")?;
    if found.revision != revision {
        return Err("the definition has changed; start the execution again".to_owned());
    }
    found.set_breakpoints(&command.breakpoints);
    let stop = if is_start { None } else { found.act(command)? };
    Ok(found.report(stop, folded))
}

impl DebugSession {
    fn start(
        definition: &Definition,
        revision: usize,
        command: &DebugCommand,
    ) -> Result<DebugSession, String> {
        let text = definition.json().to_string();
        let machine = StateMachine::from_json(&text).map_err(|errors| errors.to_string())?;
        let input = json("the input", &command.data.input)?;
        let answers = mock_answers(definition, &command.data.mocks)?;
        let options = DebugOptions::new().answer(move |visit, call| {
            let answer = answers.get(&visit.state)?;
            Some(answer.result(call.call as usize))
        });
        let debugger = Debugger::with_options(&machine, definition.machine_type(), input, options);
        Ok(DebugSession {
            debugger: debugger.map_err(|error| error.to_string())?,
            definition: definition.clone(),
            revision,
        })
    }

    fn has_ended(&self) -> bool {
        matches!(self.debugger.position().kind, PositionKind::Ended(_))
    }

    /// Sets the breakpoints. States that were renamed or removed have none.
    fn set_breakpoints(&mut self, wanted: &[String]) {
        let old: Vec<String> = self
            .debugger
            .state_breakpoints()
            .map(str::to_owned)
            .collect();
        for state in old.iter().filter(|state| !wanted.contains(state)) {
            self.debugger.remove_break_at(state);
        }
        for state in wanted {
            // A page may know a state of another definition.
            let _ = self.debugger.break_at(state);
        }
    }

    fn act(&mut self, command: &DebugCommand) -> Result<Option<Stop>, String> {
        let answer = self.answer(command);
        let debugger = &mut self.debugger;
        Ok(Some(match command.act {
            DebugAct::Start => return Ok(None),
            DebugAct::Back => {
                debugger.back();
                return Ok(None);
            }
            DebugAct::Step => debugger.step(),
            DebugAct::Into => debugger.step_into(),
            DebugAct::Resume => debugger.resume(),
            DebugAct::Answer => {
                let stop = debugger.answer_after(Duration::ZERO, answer?);
                stop.map_err(|error| error.to_string())?
            }
        }))
    }

    /// The result of the pending call, by the mock of its state.
    fn answer(&self, command: &DebugCommand) -> Result<TaskResult, String> {
        let (visit, call) = match &self.debugger.position().kind {
            PositionKind::Call(visit, call) => (visit, call.call as usize),
            PositionKind::Child(visit, _) => (visit, 0),
            _ => return Err("no call waits for a result".to_owned()),
        };
        let answers = mock_answers(&self.definition, &command.data.mocks)?;
        let answer = answers.get(&visit.state);
        let answer = answer
            .ok_or_else(|| format!("write the result of `{}` in its form first", visit.state))?;
        Ok(answer.result(call))
    }

    fn report(&self, stop: Option<Stop>, folded: &[String]) -> DebugReport {
        let position = self.debugger.position();
        let history = self.debugger.history();
        let graph = self.definition.graph();
        let state = position.state().and_then(|name| {
            let mut states = graph.states().iter();
            states.find(|state| state.name == name)
        });
        let json = self.definition.json();
        let picture = Diagram::folded(json, folded).with(&overlay(json, &history));
        DebugReport {
            html: describe(position, stop, &history.path()).into_string(),
            picture: picture.to_editable_svg(),
            state: state
                .map(|state| state.pointer.to_string())
                .unwrap_or_default(),
            timeline: Timeline::of(&history),
        }
    }
}

fn describe(position: &Position, stop: Option<Stop>, path: &[String]) -> Markup {
    let visit = position.visit();
    let title = match &position.kind {
        PositionKind::Entering(visit) => format!("before {}", visit.state),
        PositionKind::Call(visit, call) => format!("{} calls {}", visit.state, call.resource),
        PositionKind::Child(visit, child) => {
            format!("{} starts child execution {}", visit.state, child.number)
        }
        PositionKind::Waiting(visit, _) => format!("{} waits", visit.state),
        PositionKind::Ended(end) => end.status.as_str().to_owned(),
        _ => "the execution waits for its timeout".to_owned(),
    };
    let reason = match &stop {
        Some(Stop::Breakpoint { .. }) => Some("a breakpoint"),
        Some(Stop::Call) => {
            Some("the call needs a result: write it in the form of the state, and choose Answer")
        }
        Some(Stop::Limit) => Some("many steps were made; choose Continue again"),
        _ => None,
    };
    let hidden = path.len().saturating_sub(MOST_VISITS);
    html! {
        p class="outcome" { (title) }
        @if let Some(reason) = reason { p { (reason) } }
        @match &position.kind {
            PositionKind::Call(_, call) => { h4 { "Arguments" } pre { (call.arguments.to_text()) } }
            PositionKind::Child(_, child) => { h4 { "Input of the child" } pre { (child.input.to_text()) } }
            PositionKind::Ended(end) => {
                @if let Some(error) = &end.error { p { code { (error) } @if let Some(cause) = &end.cause { ": " (cause) } } }
                @if let Some(output) = &end.output { h4 { "Output" } pre { (output.to_text()) } }
            }
            _ => {}
        }
        @if let Some(visit) = visit {
            @if !visit.scope.is_empty() { p { "in " (visit.scope.join(", ")) } }
            h4 { "Input" }
            pre { (visit.input.to_text()) }
            @for (name, value) in &visit.variables {
                h4 { "$" (name) }
                pre { (value.to_text()) }
            }
        }
        @if !position.others.is_empty() {
            p { "At the same time: " (position.others.iter().map(|other| other.visit.state.as_str()).collect::<Vec<_>>().join(", ")) }
        }
        p { "Path: " @if hidden > 0 { "… " } (path[hidden..].join(" → ")) }
    }
}
