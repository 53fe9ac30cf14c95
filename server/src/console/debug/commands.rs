//! The forms of a debugger.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use stepwright_engine::value::Value;
use stepwright_testing::debug::{Debugger, Stop};

use super::outcome::Outcome;
use super::session::{DebugSession, Evaluation, SessionState};
use super::{answer, handler_call, nested};
use crate::console::actions::{Target, redirect};
use crate::console::form::params::Params;
use crate::console::http::blocking::blocking;
use crate::console::http::error::PageError;
use crate::console::markup::link;
use crate::console::markup::notice::{self, Notice};
use crate::console::state::Console;

/// The most positions of one execution: each is a copy of the execution.
const MOST_POSITIONS: usize = 500;

/// Performs a form, and redirects to the page of the debugger, which shows the outcome.
pub(in crate::console) async fn act(
    State(console): State<Console>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let target = match Params::of_form(&console, &uri, &headers, body).await {
        Ok(params) => {
            let entered = params.entered();
            let target = perform(&console, params).await;
            target.map_err(|error| error.of_form(&uri, &headers, entered))
        }
        Err(error) => Err(error),
    };
    redirect(&console, target)
}

async fn perform(console: &Console, params: Params) -> Target {
    let session = console.debug_session(params.text("session"))?;
    let command = params.text("do").to_owned();
    if command == "end" {
        console.debug_sessions.remove(&session.id);
        let notice = Notice::DebuggerEnded.value();
        return Ok(link::with(link::MACHINES, &[(notice::PARAM, &notice)]));
    }
    let url = link::debugger(&session.id);
    let is_done = match command.as_str() {
        "handler" => handler_call::perform(console, &session, params).await?,
        _ => {
            let console = console.clone();
            let perform = move || {
                let mut state = session.lock();
                let outcome = state.perform(&console, &params);
                let is_done = outcome.is_ok();
                state.report(&params, outcome);
                is_done
            };
            blocking(perform).await?
        }
    };
    Ok(match command.as_str() {
        "evaluate" | "break" if is_done => format!("{url}#{command}"),
        _ => url,
    })
}

impl Console {
    /// Returns an open debugger.
    ///
    /// # Errors
    ///
    /// When there is none with this id.
    pub(super) fn debug_session(&self, id: &str) -> Result<Arc<DebugSession>, PageError> {
        self.debug_sessions.find(id).ok_or_else(|| {
            PageError::not_found(
                "there is no debugger with this id: it was ended, or replaced by newer ones, or the server was restarted since; start another one from the page of a state machine or an execution",
            )
        })
    }
}

impl SessionState {
    /// Performs a form.
    fn perform(&mut self, console: &Console, params: &Params) -> Outcome {
        let command = params.text("do");
        match command {
            "evaluate" => return self.evaluate(params),
            "break" => return self.set_breakpoints(params),
            _ => self.check_current(params)?,
        }
        match command {
            "step" => self.advance(|debugger| Ok(debugger.step())),
            "into" => match nested::enter(console, self) {
                Some(entered) => entered.map(|()| None),
                None => self.advance(|debugger| Ok(debugger.step_into())),
            },
            "continue" => self.advance(|debugger| Ok(debugger.resume())),
            "run-to" => {
                let state = params.text("state");
                self.advance(|debugger| debugger.run_to(state).map_err(|error| error.to_string()))
            }
            "answer" => {
                let (delay, result) = answer::parse(params)?;
                self.advance(|debugger| {
                    let stop = debugger.answer_after(delay, result);
                    stop.map_err(|error| error.to_string())
                })
            }
            "back" => {
                if self.frame_mut().debugger.back() {
                    self.moved();
                    Ok(None)
                } else {
                    Err("this is the first position; there is none before it".to_owned())
                }
            }
            "back-to" => {
                let index = params.number("index").unwrap_or(usize::MAX);
                let gone = self.frame_mut().debugger.go_back_to(index);
                gone.map_err(|error| error.to_string())?;
                self.moved();
                Ok(None)
            }
            "change" => self.change(params),
            "return" => nested::answer(self),
            "leave" => match self.leave() {
                Some(frame) => Ok(Some(format!(
                    "The execution of `{}` was left without a result.",
                    frame.machine
                ))),
                None => Err("this execution was not started by another one".to_owned()),
            },
            _ => Err("the form has an unknown action; load the page again".to_owned()),
        }
    }

    /// Continues the execution, and describes why it stopped.
    pub(super) fn advance(
        &mut self,
        run: impl FnOnce(&mut Debugger) -> Result<Stop, String>,
    ) -> Outcome {
        let debugger = &mut self.frame_mut().debugger;
        let before = debugger.positions().count();
        if before >= MOST_POSITIONS {
            return Err(format!(
                "there are {MOST_POSITIONS} positions, which is the limit; go back to an earlier one to continue from there"
            ));
        }
        let stop = run(debugger)?;
        let is_moved = debugger.positions().count() != before;
        let outcome = explain(stop, is_moved);
        if is_moved {
            self.moved();
        }
        outcome
    }

    /// Replaces the input and the variables of the state that is about to be entered.
    fn change(&mut self, params: &Params) -> Outcome {
        let input = answer::json(params, "input", "the input")?;
        let variables = answer::json(params, "variables", "the variables")?;
        let Some(variables) = variables.as_object() else {
            return Err(
                "the variables must be a JSON object with a member for each variable".to_owned(),
            );
        };
        let debugger = &mut self.frame_mut().debugger;
        let Some(before) = debugger.position().visit().cloned() else {
            return Err("there is no state here; go back to one".to_owned());
        };
        let mut names = before.variables.keys();
        if let Some(missing) = names.find(|name| variables.get(name.as_str()).is_none()) {
            return Err(format!(
                "the variable `{missing}` cannot be removed; give it the value null instead"
            ));
        }
        if input != before.input {
            let changed = debugger.set_input(input);
            changed.map_err(|error| format!("the input was not changed: {error}"))?;
        }
        let mut failed = None;
        for (name, value) in variables.iter() {
            if before.variables.get(name) == Some(value) {
                continue;
            }
            if let Err(error) = debugger.set_variable(name, value.clone()) {
                failed = Some(format!(
                    "the variable `{name}` was not changed: {error}. The input and the variables before it were changed"
                ));
                break;
            }
        }
        self.moved();
        match failed {
            None => Ok(Some(
                "The state gets this input and these variables.".to_owned(),
            )),
            Some(problem) => Err(problem),
        }
    }

    fn evaluate(&mut self, params: &Params) -> Outcome {
        let expression = params.text("expression").to_owned();
        if expression.is_empty() {
            self.evaluation = None;
            return Err("there is no expression; enter one".to_owned());
        }
        let result = self.frame().debugger.evaluate(&expression);
        let result: Result<Value, String> = result.map_err(|error| error.to_string());
        self.evaluation = Some(Evaluation {
            expression,
            result: Some(result),
        });
        Ok(None)
    }

    /// Replaces all breakpoints.
    fn set_breakpoints(&mut self, params: &Params) -> Outcome {
        let debugger = &mut self.frame_mut().debugger;
        let states: BTreeSet<&str> = params.all("break").collect();
        let errors = params.text("errors").lines().map(str::trim);
        let errors: BTreeSet<&str> = errors.filter(|error| !error.is_empty()).collect();
        for state in &states {
            let set = debugger.break_at(state);
            set.map_err(|error| error.to_string())?;
        }
        let known: Vec<String> = debugger.state_breakpoints().map(str::to_owned).collect();
        for state in known
            .iter()
            .filter(|state| !states.contains(state.as_str()))
        {
            debugger.remove_break_at(state);
        }
        for error in &errors {
            debugger.break_on_error(*error);
        }
        let known: Vec<String> = debugger.error_breakpoints().map(str::to_owned).collect();
        for error in known
            .iter()
            .filter(|error| !errors.contains(error.as_str()))
        {
            debugger.remove_break_on_error(error);
        }
        let count = states.len() + errors.len();
        Ok(Some(match count {
            0 => "There are no breakpoints.".to_owned(),
            1 => "There is 1 breakpoint.".to_owned(),
            count => format!("There are {count} breakpoints."),
        }))
    }
}

/// Describes why the execution stopped, unless the position shows it.
fn explain(stop: Stop, is_moved: bool) -> Outcome {
    match stop {
        Stop::Breakpoint { state } => Ok(Some(format!("Stopped at the breakpoint of `{state}`."))),
        Stop::Error {
            state,
            error,
            cause,
        } => {
            let cause = cause.map_or_else(String::new, |cause| format!(": {cause}"));
            Ok(Some(format!("`{state}` failed with `{error}`{cause}")))
        }
        Stop::Call if !is_moved => {
            Err("the call needs an answer; choose its result or error first".to_owned())
        }
        Stop::Ended if !is_moved => {
            Err("the execution has ended; go back to an earlier position".to_owned())
        }
        Stop::Limit => Ok(Some(
            "Stopped after 10,000 steps; choose Continue again.".to_owned(),
        )),
        _ => Ok(None),
    }
}
