//! The requests of clients and the acknowledgements of the server, from the log.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use super::api::code;
use super::machines::MACHINE_ARN;
use super::registers::Registers;
use crate::log::{self, Line, Stamped};
use crate::logged::LoggedExecution;
use crate::machines;
use crate::verdict::{Broken, Verdict};

/// The start of an execution by clients.
#[derive(Debug, Default)]
pub(crate) struct StartRecord {
    pub(crate) machine: String,
    pub(crate) input: Value,
    /// The number of the request that was acknowledged first, and the date of the start. Without a
    /// date the server refused a later request because the execution exists.
    pub(crate) acknowledged: Option<(u64, Option<f64>)>,
}

/// The first report that an execution is over.
#[derive(Debug)]
struct EndReport {
    /// The number of the request.
    number: u64,
    operation: &'static str,
    /// The line of the response.
    line: usize,
    status: Option<String>,
    stopped: f64,
}

/// The log of the stops of one execution.
#[derive(Debug, Default)]
pub(crate) struct StopRecord {
    /// The number of the acknowledged request, and the time of its response in milliseconds since
    /// 1970.
    pub(crate) acknowledged: Option<(u64, u64)>,
}

/// A request without its response.
struct PendingRequest {
    operation: String,
    body: Value,
    line: usize,
}

/// The requests of clients and the acknowledgements of the server. Executions are named by their
/// ARNs.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) starts: HashMap<String, StartRecord>,
    pub(crate) stops: HashMap<String, StopRecord>,
    pub(crate) executions: HashMap<String, LoggedExecution>,
    pub(crate) registers: Registers,
    ends: HashMap<String, EndReport>,
    tokens: HashMap<String, String>,
    pending: HashMap<u64, PendingRequest>,
    line: usize,
}

impl Ledger {
    pub(crate) fn read(path: &Path, verdict: &mut Verdict) -> Result<Self, Broken> {
        let mut ledger = Self::default();
        log::for_each(path, |line| ledger.add(line, verdict))?;
        Ok(ledger)
    }

    fn add(&mut self, Stamped { at, line }: Stamped, verdict: &mut Verdict) {
        self.line += 1;
        match line {
            Line::Start(attempt) => {
                if let Some(token) = &attempt.token {
                    self.tokens.insert(token.clone(), attempt.execution.clone());
                }
                let execution = attempt.execution.clone();
                self.executions
                    .entry(execution)
                    .or_default()
                    .begin(attempt, at);
            }
            Line::End(ended) => {
                self.executions
                    .entry(ended.execution.clone())
                    .or_default()
                    .end(&ended);
            }
            Line::Request {
                number,
                operation,
                body,
            } => {
                if operation == "StopExecution" {
                    self.stops.entry(text(&body["executionArn"])).or_default();
                }
                let line = self.line;
                self.pending.insert(
                    number,
                    PendingRequest {
                        operation,
                        body,
                        line,
                    },
                );
            }
            Line::Response {
                number,
                status,
                body,
            } => {
                if let Some(request) = self.pending.remove(&number) {
                    self.respond(number, &request, status, &body, at, verdict);
                }
            }
            Line::Broken { kind, what } => verdict.add(kind, what),
            _ => {}
        }
    }

    fn respond(
        &mut self,
        number: u64,
        request: &PendingRequest,
        status: Option<u16>,
        response: &Value,
        at: u64,
        verdict: &mut Verdict,
    ) {
        let PendingRequest {
            operation, body, ..
        } = request;
        if status == Some(500) {
            verdict.broken(format!(
                "request {number}: {operation} {body} is answered with 500: {response}"
            ));
        }
        let is_success = status == Some(200);
        match operation.as_str() {
            "StartExecution" => self.start(number, body, status, response, verdict),
            "DescribeExecution" => {
                let arn = text(&body["executionArn"]);
                if is_success {
                    let (state, stopped) =
                        (text(&response["status"]), response["stopDate"].as_f64());
                    self.observe(
                        &arn,
                        "DescribeExecution",
                        (number, request.line),
                        Some(state),
                        stopped,
                        verdict,
                    );
                } else if code(response) == "ExecutionDoesNotExist" {
                    let acknowledged = self.starts.get(&arn).and_then(|start| start.acknowledged);
                    verdict.lost(format!(
                        "{arn}: request {number}: DescribeExecution says ExecutionDoesNotExist; acknowledged: {acknowledged:?}"
                    ));
                }
            }
            "StopExecution" => {
                let arn = text(&body["executionArn"]);
                if is_success {
                    let stop = self.stops.entry(arn.clone()).or_default();
                    stop.acknowledged.get_or_insert((number, at));
                    let stopped = response["stopDate"].as_f64();
                    self.observe(
                        &arn,
                        "StopExecution",
                        (number, request.line),
                        None,
                        stopped,
                        verdict,
                    );
                } else if code(response) == "ExecutionDoesNotExist" {
                    verdict.lost(format!(
                        "{arn}: request {number}: StopExecution says ExecutionDoesNotExist"
                    ));
                }
            }
            "SendTaskSuccess" | "SendTaskFailure" if is_success => {
                let token = text(&body["taskToken"]);
                match self.tokens.get(&token) {
                    Some(execution) => {
                        let execution = self.executions.entry(execution.clone()).or_default();
                        execution.answered.push(token);
                    }
                    None => {
                        verdict.broken(format!("request {number}: no task has the token {token}"))
                    }
                }
            }
            _ => self
                .registers
                .add(number, operation, body, status, response, verdict),
        }
    }

    fn start(
        &mut self,
        number: u64,
        body: &Value,
        status: Option<u16>,
        response: &Value,
        verdict: &mut Verdict,
    ) {
        let target = text(&body["stateMachineArn"]);
        let machine = target.strip_prefix(MACHINE_ARN).unwrap_or(&target);
        let machine = machine.split(':').next().unwrap_or_default();
        let arn = machines::arn(machine, body["name"].as_str().unwrap_or_default());
        let start = self.starts.entry(arn.clone()).or_default();
        machine.clone_into(&mut start.machine);
        let input = body["input"]
            .as_str()
            .and_then(|input| serde_json::from_str(input).ok());
        start.input = input.unwrap_or_default();
        if status == Some(200) {
            let started = response["startDate"].as_f64();
            if response["executionArn"].as_str() != Some(&arn) {
                verdict.broken(format!("request {number}: {arn} was started as {response}"));
            }
            if let Some((before, Some(date))) = start.acknowledged
                && Some(date) != started
            {
                verdict.twice(format!(
                    "{arn}: request {before} started it at {date}, and request {number} at {started:?}"
                ));
            }
            if start.acknowledged.is_none_or(|(_, date)| date.is_none()) {
                start.acknowledged = Some((number, started));
            }
        } else if code(response) == "ExecutionAlreadyExists" {
            start.acknowledged.get_or_insert((number, None));
        }
    }

    /// Takes in a report of an execution: the status (unknown after a stop) and the end.
    fn observe(
        &mut self,
        arn: &str,
        operation: &'static str,
        (number, sent): (u64, usize),
        status: Option<String>,
        stopped: Option<f64>,
        verdict: &mut Verdict,
    ) {
        let Some(end) = self.ends.get_mut(arn) else {
            let is_over = status.as_deref() != Some("RUNNING");
            if let Some(stopped) = stopped.filter(|_| is_over) {
                let line = self.line;
                let end = EndReport {
                    number,
                    operation,
                    line,
                    status,
                    stopped,
                };
                self.ends.insert(arn.to_owned(), end);
            }
            return;
        };
        // Two requests at the same time may be answered in any order.
        let is_later = sent > end.line;
        let is_same = stopped == Some(end.stopped)
            && (status.is_none() || end.status.is_none() || status == end.status);
        if is_later && !is_same {
            verdict.undone(format!(
                "{arn}: request {} ({}) reported {:?} at {}, and the later request {number} ({operation}) {status:?} at {stopped:?}",
                end.number, end.operation, end.status, end.stopped
            ));
        } else if is_same && end.status.is_none() {
            end.status = status;
        }
    }

    /// Compares the final description of an execution with the first report of its end.
    pub(crate) fn compare(&self, arn: &str, described: &Value, verdict: &mut Verdict) {
        let Some(end) = self.ends.get(arn) else {
            return;
        };
        let (status, stopped) = (described["status"].as_str(), described["stopDate"].as_f64());
        let is_same = stopped == Some(end.stopped)
            && (end.status.is_none() || end.status.as_deref() == status);
        if !is_same {
            verdict.undone(format!(
                "{arn}: request {} ({}) reported {:?} at {}, and at the end it is {status:?} at {stopped:?}",
                end.number, end.operation, end.status, end.stopped
            ));
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
