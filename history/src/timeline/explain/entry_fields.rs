use stepwright_asl::jsonata::strip;
use stepwright_asl::model::{Fail, Map, NumberOrExpression, State, Task, Wait};
use stepwright_asl::overlay::Status;
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::query::Expected;
use stepwright_interpreter::value::Value;

use super::container::map_items;
use super::replay::{FieldStage, NoValue, Operand, Replay, ReplayData};

/// Fields that are evaluated before the work of a state.
impl Replay<'_> {
    /// Replays all fields except those of catchers. Returns whether one of them failed.
    pub(super) fn replay_state(&mut self) -> bool {
        let raw = self.entry_data();
        match self.state {
            State::Fail(fail) => self.fail(fail, &raw),
            State::Choice(choice) => self.choice(choice, &raw),
            _ => self.work(&raw),
        }
        self.failure.is_some()
    }

    fn work(&mut self, raw: &ReplayData) {
        let effective = self.effective_input(raw);
        let mut selected = None;
        let is_valid = match self.state {
            State::Task(task) => self.task(task, &effective),
            State::Pass(_) => {
                selected = Some(self.parameters(&effective, None));
                true
            }
            State::Parallel(_) => {
                self.parameters(&effective, None);
                true
            }
            State::Map(map) => self.map(map, &effective),
            State::Wait(wait) => self.wait(wait, &effective),
            _ => true,
        };
        if !is_valid {
            self.stop.get_or_insert(NoValue::Stopped);
        }
        // An attempt shows that the fields before it were evaluated, even if they cannot be
        // evaluated again.
        if !self.visit.attempts().is_empty() {
            self.stop = None;
        }
        self.stage = FieldStage::Exit;
        match self.state {
            State::Task(_) | State::Parallel(_) | State::Map(_) => {
                let result = self.result();
                if let Operand::Missing(missing @ NoValue::NotEvaluated(_)) = &result {
                    self.stop.get_or_insert(missing.clone());
                }
                self.exit_with_result(raw, result);
            }
            State::Pass(pass) => {
                let constant = pass.result.as_ref().map(Value::from).map(Operand::Value);
                self.exit_pass(raw, constant.or(selected).unwrap_or(Operand::Absent));
            }
            State::Wait(_) => self.leave_wait(raw, &effective),
            _ => self.exit_forwarding(raw, &effective),
        }
    }

    /// Applies InputPath. In JSONata, the effective input is the input.
    pub(super) fn effective_input(&mut self, raw: &ReplayData) -> ReplayData {
        if self.is_jsonata() {
            return raw.clone();
        }
        let effective = self.selection("InputPath", self.state.input_path(), raw, None);
        ReplayData {
            input: effective,
            ..raw.clone()
        }
    }

    /// Evaluates Parameters, or Arguments. Without them, they are the effective input.
    fn parameters(&mut self, effective: &ReplayData, recorded: Option<&Value>) -> Operand {
        let (pointer, template) = match self.is_jsonata() {
            true => ("/Arguments", self.state.arguments()),
            false => ("/Parameters", self.state.parameters()),
        };
        match template {
            Some(template) => self.template(pointer, template, Expected::Any, effective, recorded),
            None => effective.input.clone(),
        }
    }

    fn task(&mut self, task: &Task, effective: &ReplayData) -> bool {
        let attempts = self.visit.attempts();
        let recorded = attempts.last().and_then(|attempt| attempt.arguments());
        self.parameters(effective, recorded);
        let timeout = self.number(
            "",
            ["TimeoutSeconds", "TimeoutSecondsPath"],
            task.timeout_seconds.as_ref(),
            task.timeout_seconds_path.as_deref(),
            effective,
        );
        let heartbeat = self.number(
            "",
            ["HeartbeatSeconds", "HeartbeatSecondsPath"],
            task.heartbeat_seconds.as_ref(),
            task.heartbeat_seconds_path.as_deref(),
            effective,
        );
        if let Some(credentials) = &task.credentials {
            self.template("/Credentials", credentials, Expected::Any, effective, None);
        }
        [timeout, heartbeat].into_iter().flatten().all(is_count)
    }

    fn wait(&mut self, wait: &Wait, effective: &ReplayData) -> bool {
        if let Some(path) = &wait.timestamp_path {
            return is_timestamp(&self.path("/TimestampPath", "TimestampPath", path, effective));
        }
        match &wait.timestamp {
            Some(text) if self.is_jsonata() && strip(text).is_some() => {
                let (field, expected) = ("Timestamp", Expected::String);
                let until = self.jsonata_field("/Timestamp", field, text, expected, effective);
                return is_timestamp(&until);
            }
            Some(_) => return true,
            None => {}
        }
        let seconds = self.number(
            "",
            ["Seconds", "SecondsPath"],
            wait.seconds.as_ref(),
            wait.seconds_path.as_deref(),
            effective,
        );
        match seconds {
            Some(Operand::Value(seconds)) => seconds.as_f64().is_some_and(|seconds| seconds >= 0.0),
            _ => true,
        }
    }

    /// Replays the exit of a Wait. A wait that fails shows which expression failed, or fails
    /// because of its length.
    fn leave_wait(&mut self, raw: &ReplayData, effective: &ReplayData) {
        let reason = match self.visit.status() {
            Status::Running => Some("the wait has not ended"),
            Status::Stopped => Some("the wait was stopped"),
            _ => None,
        };
        if let Some(reason) = reason {
            self.stop.get_or_insert(NoValue::NotEvaluated(reason));
        }
        self.exit_forwarding(raw, effective);
        if self.visit.status() == Status::Failed && self.failure.is_none() {
            self.withdraw_stage("the wait failed");
        }
    }

    fn fail(&mut self, fail: &Fail, raw: &ReplayData) {
        let texts = [
            ("Error", "ErrorPath", &fail.error, &fail.error_path),
            ("Cause", "CausePath", &fail.cause, &fail.cause_path),
        ];
        for (field, path_field, literal, path) in texts {
            match (path, literal) {
                (Some(path), _) => {
                    self.path(&format!("/{path_field}"), path_field, path, raw);
                }
                (None, Some(text)) if self.is_jsonata() => {
                    let pointer = format!("/{field}");
                    self.jsonata_field(&pointer, field, text, Expected::String, raw);
                }
                (None, Some(text)) => {
                    let value = self.unless_stopped(Ok(text.as_str().into()));
                    self.add(format!("/{field}"), text, value, None);
                }
                (None, None) => {}
            }
        }
    }

    fn map(&mut self, map: &Map, effective: &ReplayData) -> bool {
        let reader = map.item_reader.as_ref().filter(|_| map.is_distributed());
        let items = match reader {
            Some(_) => None,
            None => Some(self.items(map, effective)),
        };
        let needs_array = self.is_jsonata() && map.items.is_none() && !map.is_distributed();
        let is_refused =
            |items: &Value| map_items(items).is_none() || needs_array && items.as_array().is_none();
        let mut is_valid = !matches!(&items, Some(Operand::Value(items)) if is_refused(items));
        let is_path = !self.is_jsonata();
        let numbers = [
            (
                "MaxConcurrency",
                "MaxConcurrencyPath",
                &map.max_concurrency,
                &map.max_concurrency_path,
            ),
            (
                "ToleratedFailureCount",
                "ToleratedFailureCountPath",
                &map.tolerated_failure_count,
                &map.tolerated_failure_count_path,
            ),
            (
                "ToleratedFailurePercentage",
                "ToleratedFailurePercentagePath",
                &map.tolerated_failure_percentage,
                &map.tolerated_failure_percentage_path,
            ),
        ];
        for (field, path_field, literal, path) in numbers {
            // An inline Map does not evaluate the others.
            if field == "MaxConcurrency" || map.is_distributed() {
                let names = [field, path_field];
                let value = self.number("", names, literal.as_ref(), path.as_deref(), effective);
                is_valid &= field != "MaxConcurrency" || value.is_none_or(is_count);
            }
        }
        if let Some(reader) = reader {
            let parameters = match is_path {
                true => ("/ItemReader/Parameters", &reader.parameters),
                false => ("/ItemReader/Arguments", &reader.arguments),
            };
            if let (pointer, Some(template)) = parameters {
                self.template(pointer, template, Expected::Any, effective, None);
            }
            if let Some(config) = &reader.reader_config {
                let (literal, path) = (config.max_items.as_ref(), config.max_items_path.as_deref());
                let names = ["MaxItems", "MaxItemsPath"];
                self.number("/ItemReader/ReaderConfig", names, literal, path, effective);
                if let Some(headers) = config.csv_headers.as_ref().filter(|_| !is_path) {
                    let pointer = "/ItemReader/ReaderConfig/CSVHeaders";
                    self.template(pointer, headers, Expected::Any, effective, None);
                }
            }
        }
        if map.is_distributed() {
            self.batches_and_results(map, effective);
        }
        self.item_selector(map, effective, items);
        is_valid
    }

    fn batches_and_results(&mut self, map: &Map, effective: &ReplayData) {
        if let Some(batcher) = &map.item_batcher {
            let numbers: [([&str; 2], Option<&NumberOrExpression>, Option<&str>); 2] = [
                (
                    ["MaxItemsPerBatch", "MaxItemsPerBatchPath"],
                    batcher.max_items_per_batch.as_ref(),
                    batcher.max_items_per_batch_path.as_deref(),
                ),
                (
                    ["MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"],
                    batcher.max_input_bytes_per_batch.as_ref(),
                    batcher.max_input_bytes_per_batch_path.as_deref(),
                ),
            ];
            for (names, literal, path) in numbers {
                self.number("/ItemBatcher", names, literal, path, effective);
            }
            if let Some(input) = &batcher.batch_input {
                let pointer = "/ItemBatcher/BatchInput";
                self.template(pointer, input, Expected::Any, effective, None);
            }
        }
        if let Some(writer) = &map.result_writer {
            let parameters = match self.is_jsonata() {
                true => ("/ResultWriter/Arguments", &writer.arguments),
                false => ("/ResultWriter/Parameters", &writer.parameters),
            };
            if let (pointer, Some(template)) = parameters {
                self.template(pointer, template, Expected::Any, effective, None);
            }
        }
    }
}

/// Returns whether a value is accepted as a number of seconds or of executions: an integer that is
/// not negative, or its text from a path.
fn is_count(number: Operand) -> bool {
    let Operand::Value(value) = number else {
        return true;
    };
    let number = match &value {
        Value::Str(text) => text.parse().ok(),
        value => value.as_i64(),
    };
    number.is_some_and(|number| number >= 0)
}

fn is_timestamp(time: &Operand) -> bool {
    match time {
        Operand::Value(value) => value.as_str().and_then(Timestamp::parse).is_some(),
        _ => true,
    }
}
