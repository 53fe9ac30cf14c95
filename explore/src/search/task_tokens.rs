//! Answers to task tokens: by an execution that got the token, late ones, and second ones.

use stepwright_interpreter::execution::Input;
use stepwright_interpreter::task::{TaskCall, TaskFailure, TaskResult};
use stepwright_interpreter::value::Value;

use super::machine::ExploredMachine;
use super::path_execution::StarterKind;
use super::path_state::{OpenCall, PathState, TokenCall};

/// The error of an answer to a token whose task has ended.
pub(super) const TOKEN_TIMED_OUT: &str = "Sfn.TaskTimedOutException";

impl PathState {
    /// Returns the call that a call answers: it sends the token of a state that started its
    /// execution, or the execution before.
    pub(super) fn token_call(
        &self,
        machine: &ExploredMachine,
        index: usize,
        call: &TaskCall<'_>,
    ) -> Option<TokenCall> {
        if !machine.definitions[self.executions[index].definition].answers_tokens
            || call.resource().service() != "aws-sdk:sfn"
        {
            return None;
        }
        let parameters = call.parameters();
        let text = |name: &str| {
            let text = parameters.get(name).and_then(Value::as_str);
            text.unwrap_or_default()
        };
        let answer = match call.resource().plain_action() {
            // The service refuses an output that is not JSON.
            "sendTaskSuccess" => Some(Ok(Value::from_text(text("Output")).ok()?)),
            "sendTaskFailure" => Some(Err(TaskFailure::new(text("Error"), text("Cause")))),
            "sendTaskHeartbeat" => None,
            _ => return None,
        };
        let token = text("TaskToken");
        let mut starter = self.executions[index].starter.as_ref();
        while let Some(link) = starter {
            if let StarterKind::Nested(_, Some(known)) = &link.kind
                && known == token
            {
                return Some(TokenCall {
                    execution: link.execution,
                    wait_id: link.wait_id,
                    answer,
                });
            }
            let before = self.index_of(link.execution)?;
            starter = self.executions[before].starter.as_ref();
        }
        None
    }

    /// Returns whether the task of a token has not ended.
    pub(super) fn is_token_open(&self, token: &TokenCall) -> bool {
        let execution = self.index_of(token.execution);
        execution.is_some_and(|index| self.executions[index].execution.is_waiting(token.wait_id))
    }

    /// Passes the answer to the task of the token.
    pub(super) fn answer_token(&mut self, machine: &ExploredMachine, token: &TokenCall) {
        let input = match &token.answer {
            Some(answer) => Input::Answered(token.wait_id, answer.clone()),
            None => Input::Heartbeat(token.wait_id),
        };
        self.receive(machine, token.execution, input);
    }

    /// Passes an answer to a task that has ended. The service refuses it, so the path stays as it
    /// is.
    pub(super) fn answer_late(
        &mut self,
        machine: &ExploredMachine,
        call: &OpenCall,
        answer: TaskResult,
    ) {
        let input = Input::Answered(call.wait_id, answer.clone());
        let is_accepted = self.receive(machine, call.execution, input);
        debug_assert!(!is_accepted, "a task that has ended takes no answer");
        self.observe_late(machine, call, &answer);
    }
}
