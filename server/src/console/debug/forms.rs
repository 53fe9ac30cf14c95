//! The forms on the page of a debugger.

use maud::{Markup, html};
use serde_json::{Map, Value as Json};
use stepwright_history::report::text;
use stepwright_testing::debug::{PendingCall, PositionKind, StateVisit};

use super::session::SessionState;
use super::{handler_call, nested};
use crate::console::markup::link;
use crate::console::state::Console;

/// How many states a list of checkboxes shows before it is closed at first.
const MOST_OPEN: usize = 12;

/// What all forms of a page contain.
pub(super) struct FormFields<'f> {
    pub(super) console: &'f Console,
    pub(super) session: &'f str,
    /// How many times the position of the page changed before.
    pub(super) changes: u64,
}

impl FormFields<'_> {
    /// Returns the hidden fields, with the action of a form.
    pub(super) fn hidden(&self, action: &str) -> Markup {
        html! {
            (self.common())
            input type="hidden" name="do" value=(action);
        }
    }

    /// Returns the hidden fields of a form whose buttons name the action.
    fn common(&self) -> Markup {
        html! {
            (self.console.form_field())
            input type="hidden" name="session" value=(self.session);
            input type="hidden" name="at" value=(self.changes);
        }
    }
}

/// The buttons that continue the execution.
pub(super) fn steps(form: &FormFields<'_>, state: &SessionState) -> Markup {
    let frame = state.frame();
    let position = frame.debugger.position();
    let (has_ended, is_call) = (state.has_ended(), position.needs_answer());
    let is_first = frame.debugger.positions().nth(1).is_none();
    let inside = nested::target(state);
    let is_stuck = has_ended || is_call;
    let buttons = [
        ("step", "Step", is_stuck),
        (
            "into",
            "Step into",
            has_ended || is_call && inside.is_none(),
        ),
        ("continue", "Continue", is_stuck),
        ("back", "Back", is_first),
    ];
    let last = state.command.as_deref();
    html! {
        div class="acts steps" role="group" aria-label="Steps" {
            form class="buttons" method="post" action=(link::DEBUG_ACTION) {
                (form.common())
                @for (action, name, is_disabled) in buttons {
                    button type="submit" name="do" value=(action) class=[(action == "step").then_some("primary")] disabled[is_disabled]
                        autofocus[last == Some(action) && !is_disabled] { (name) }
                }
            }
            form class="buttons" method="post" action=(link::DEBUG_ACTION) {
                (form.hidden("run-to"))
                label { "Run to "
                    select name="state" {
                        @for name in &frame.states { option value=(name) selected[state.draft("state") == Some(name)] { (name) } }
                    }
                }
                button type="submit" disabled[is_stuck] autofocus[last == Some("run-to") && !is_stuck] { "Run" }
            }
        }
        p class="hint" {
            @if has_ended { "The execution has ended. Go back to an earlier position to continue differently." }
            @else if is_call { "This call needs an answer before the execution can continue." }
            @else { "Step goes over the states inside of a Map or Parallel, Step into enters them. Continue runs to the next breakpoint, call or end." }
        }
    }
}

/// The forms for the current position: another input, an answer, the end of a nested execution.
pub(super) fn of_position(form: &FormFields<'_>, state: &SessionState) -> Markup {
    let position = state.frame().debugger.position();
    html! {
        @match &position.kind {
            PositionKind::Entering(visit) => (change(form, state, visit)),
            PositionKind::Call(_, call) => (answer(form, state, Some(call))),
            PositionKind::Child(..) => (answer(form, state, None)),
            _ => {},
        }
        @if state.is_nested() { (leave(form, state)) }
    }
}

/// Changes the input and the variables of a state that is about to be entered.
fn change(form: &FormFields<'_>, state: &SessionState, visit: &StateVisit) -> Markup {
    let variables: Map<String, Json> = visit
        .variables
        .iter()
        .map(|(name, value)| (name.clone(), value.to_json()))
        .collect();
    let input = text::pretty(&visit.input);
    let variables = format!("{:#}", Json::Object(variables));
    html! {
        form method="post" action=(link::DEBUG_ACTION) {
            (form.hidden("change"))
            label { "Input of the state, as JSON" textarea name="input" rows=(rows(&input)) spellcheck="false" { (state.draft("input").unwrap_or(&input)) } }
            label { "Variables, as a JSON object without the $" textarea name="variables" rows=(rows(&variables)) spellcheck="false" { (state.draft("variables").unwrap_or(&variables)) } }
            div class="buttons" { button type="submit" { "Change input and variables" } }
        }
    }
}

/// Returns the rows of a text area: enough for short texts.
fn rows(text: &str) -> usize {
    text.lines().count().clamp(2, 12)
}

/// Answers the pending call or child.
fn answer(form: &FormFields<'_>, state: &SessionState, call: Option<&PendingCall>) -> Markup {
    let is_invocation = call.is_some_and(|call| call.resource.contains(":lambda:invoke"));
    let result = if is_invocation {
        "{\n  \"Payload\": {},\n  \"StatusCode\": 200\n}"
    } else {
        "{}"
    };
    let inside = nested::target(state);
    let delay = html! {
        label { "Seconds that it takes" input name="delay" inputmode="decimal" autocomplete="off" placeholder="0" value=[state.draft("delay")]; }
    };
    let is_failure = state.draft("error").is_some();
    html! {
        @if handler_call::is_available(form.console, state) {
            form method="post" action=(link::DEBUG_ACTION) {
                (form.hidden("handler"))
                div class="buttons" { button type="submit" class="primary" { "Run the real handler" } }
                p class="hint" { "The handler of this engine is called with the arguments below, and may have effects." }
            }
        }
        @if let Some(inside) = inside {
            p class="hint" { "Step into " strong { (inside) } " to choose what happens in it, or answer here." }
        }
        form method="post" action=(link::DEBUG_ACTION) {
            (form.hidden("answer"))
            input type="hidden" name="answer" value="success";
            fieldset {
                legend { "It succeeds" }
                @if is_invocation { p class="hint" { "The result of " code { "lambda:invoke" } " has the output of the function in " code { "Payload" } "." } }
                label { "Result, as JSON" textarea name="result" rows="5" spellcheck="false" autofocus[state.command.is_some()] { (state.draft("result").unwrap_or(result)) } }
                (delay)
                div class="buttons" { button type="submit" class="primary" { "Succeed with this result" } }
            }
        }
        details class="act" open[is_failure] {
            summary { "Let it fail" }
            form method="post" action=(link::DEBUG_ACTION) {
                (form.hidden("answer"))
                input type="hidden" name="answer" value="failure";
                fieldset {
                    legend { "It fails" }
                    label { "Error" input name="error" autocomplete="off" maxlength="256" placeholder="States.TaskFailed" required value=[state.draft("error")]; }
                    label { "Cause" input name="cause" autocomplete="off" placeholder="optional" value=[state.draft("cause")]; }
                    (delay)
                    div class="buttons" { button type="submit" class="danger" { "Fail with this error" } }
                }
            }
        }
    }
}

/// Returns from an execution that another one started.
fn leave(form: &FormFields<'_>, state: &SessionState) -> Markup {
    html! {
        form class="buttons" method="post" action=(link::DEBUG_ACTION) {
            (form.common())
            @if state.has_ended() { button type="submit" name="do" value="return" class="primary" autofocus { "Return this result to the state that started it" } }
            button type="submit" name="do" value="leave" { "Leave without a result" }
        }
    }
}

/// Evaluates an expression in the scope of the current state.
pub(super) fn evaluate(form: &FormFields<'_>, state: &SessionState) -> Markup {
    let evaluation = state.evaluation.as_ref();
    let expression = evaluation.map_or("", |evaluation| &evaluation.expression);
    let result = evaluation.and_then(|evaluation| evaluation.result.as_ref());
    html! {
        section class="panel" id="evaluate" {
            h2 { "Evaluate" }
            form method="post" action=(link::DEBUG_ACTION) {
                (form.hidden("evaluate"))
                label { "Expression in the scope of the state" textarea name="expression" rows="2" spellcheck="false" data-text { (expression) } }
                p class="hint" { "JSONata, or a path such as " code { "$.total" } " in a JSONPath state. " code { "$states.input" } " is the input of the state, " code { "$name" } " a variable." }
                div class="buttons" { button type="submit" { "Evaluate" } }
            }
            @match result {
                Some(Ok(value)) => div role="status" { (text::json(value)) },
                Some(Err(problem)) => pre class="message" role="alert" { (problem) },
                None => {},
            }
        }
    }
}

/// Sets the breakpoints.
pub(super) fn breakpoints(form: &FormFields<'_>, state: &SessionState) -> Markup {
    let frame = state.frame();
    let set: Vec<&str> = frame.debugger.state_breakpoints().collect();
    let errors: Vec<&str> = frame.debugger.error_breakpoints().collect();
    let errors = errors.join("\n");
    html! {
        section class="panel" id="break" {
            h2 { "Breakpoints" }
            form method="post" action=(link::DEBUG_ACTION) {
                (form.hidden("break"))
                details open[frame.states.len() <= MOST_OPEN || !set.is_empty()] {
                    summary { "Before a state" @if !set.is_empty() { ": " (set.len()) " of " (frame.states.len()) } }
                    div class="checks" role="group" aria-label="States with a breakpoint" {
                        @for name in &frame.states {
                            label { input type="checkbox" name="break" value=(name) checked[set.contains(&name.as_str())]; " " (name) }
                        }
                    }
                }
                label { "After an error, one name in a line" textarea name="errors" rows="2" spellcheck="false" placeholder="States.ALL" data-text { (state.draft("errors").unwrap_or(&errors)) } }
                div class="buttons" { button type="submit" { "Set breakpoints" } }
            }
        }
    }
}
