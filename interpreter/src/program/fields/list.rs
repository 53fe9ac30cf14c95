//! Lists the fields of a state that are computed, in the order of their evaluation.

use stepwright_asl::json::{Json, Object, escape};
use stepwright_asl::model::{
    ChoiceRule, Map, NumberOrExpression, PathField, QueryLanguage, State, Task, Wait,
};

use super::{FieldDomain, FieldRole, FieldSource, FieldStage, StateField};

/// The computed fields of a state, in the order of their evaluation.
///
/// ```
/// use stepwright_asl::model::{QueryLanguage, State};
/// use stepwright_interpreter::program::{FieldStage, StateFields};
///
/// let state = State::from_json(
///     r#"{"Type": "Pass", "OutputPath": "$.a", "Parameters": {"a.$": "$.b"}, "InputPath": "$.c", "End": true}"#,
/// )?;
/// let fields = StateFields::of(&state, QueryLanguage::JsonPath);
/// let pointers = |stage| fields.stage(stage).map(|field| &*field.pointer).collect::<Vec<_>>();
/// assert_eq!(pointers(FieldStage::Entry), ["/InputPath", "/Parameters"]);
/// assert_eq!(pointers(FieldStage::Exit), ["/OutputPath"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct StateFields<'m> {
    fields: Vec<StateField<'m>>,
    language: QueryLanguage,
    /// The stage of the fields that are added.
    stage: FieldStage,
}

impl<'m> StateFields<'m> {
    /// Lists the fields of a state. `language` is the query language of the state, or of the
    /// machine if the state declares none.
    pub fn of(state: &'m State, language: QueryLanguage) -> Self {
        let mut fields = Self {
            fields: Vec::new(),
            language,
            stage: FieldStage::Entry,
        };
        fields.add_entry(state);
        fields.add_exit(state);
        for (index, catcher) in state.catch().iter().enumerate() {
            fields.stage = FieldStage::Catch(index);
            let folder = format!("/Catch/{index}");
            fields.assign(&folder, catcher.assign.as_ref());
            fields.position(
                &format!("{folder}/ResultPath"),
                catcher.result_path.as_ref(),
            );
            fields.output(&folder, catcher.output.as_ref());
        }
        fields
    }

    /// Returns the fields of a stage.
    pub fn stage(&self, stage: FieldStage) -> impl Iterator<Item = &StateField<'m>> {
        self.fields.iter().filter(move |field| field.stage == stage)
    }

    /// Returns all fields.
    pub fn iter(&self) -> impl Iterator<Item = &StateField<'m>> {
        self.fields.iter()
    }

    /// Returns the field at a pointer, or at the pointer with the suffix `Path`.
    pub(crate) fn at(&self, pointer: &str) -> Option<&StateField<'m>> {
        self.fields.iter().find(|field| {
            let suffix = field.pointer.strip_prefix(pointer);
            matches!(suffix, Some("" | "Path"))
        })
    }

    /// Returns the fields of an `Assign`. `folder` is the pointer of the object around it.
    pub(crate) fn assigned(&self, folder: &str) -> impl Iterator<Item = &StateField<'m>> {
        let folder = format!("{folder}/Assign/");
        let fields = self.fields.iter();
        fields.filter(move |field| {
            field.role == FieldRole::Assigned && field.pointer.starts_with(&folder)
        })
    }

    pub(crate) fn language(&self) -> QueryLanguage {
        self.language
    }

    pub(crate) fn is_jsonata(&self) -> bool {
        self.language == QueryLanguage::Jsonata
    }

    fn add_entry(&mut self, state: &'m State) {
        self.selection("/InputPath", state.input_path());
        match state {
            State::Task(task) => self.task(state, task),
            State::Pass(_) => self.arguments(state, FieldRole::Replaces),
            State::Parallel(_) => self.arguments(state, FieldRole::Used),
            State::Map(map) => self.map(map),
            State::Wait(wait) => self.wait(wait),
            State::Choice(choice) => {
                for (index, rule) in choice.choices.iter().enumerate() {
                    self.rule(index, rule);
                }
            }
            State::Fail(fail) => {
                for (pointer, literal, path) in [
                    ("/Error", &fail.error, &fail.error_path),
                    ("/Cause", &fail.cause, &fail.cause_path),
                ] {
                    let literal = literal.as_deref().map(FieldSource::Text);
                    self.either(pointer, literal, path.as_deref(), FieldDomain::Text);
                }
            }
            State::Succeed(_) => {}
        }
    }

    fn add_exit(&mut self, state: &'m State) {
        if let State::Choice(choice) = state {
            for (index, rule) in choice.choices.iter().enumerate() {
                self.stage = FieldStage::Rule(index);
                let folder = format!("/Choices/{index}");
                self.assign(&folder, rule.assign.as_ref());
                self.selection("/OutputPath", state.output_path());
                self.output(&folder, rule.output.as_ref());
            }
        }
        self.stage = FieldStage::Exit;
        if !self.is_jsonata() {
            let selector = state.result_selector();
            self.template("/ResultSelector", selector, FieldRole::Replaces);
        }
        self.assign("", state.assign());
        self.position("/ResultPath", state.result_path());
        self.selection("/OutputPath", state.output_path());
        self.output("", state.output());
    }

    fn task(&mut self, state: &'m State, task: &'m Task) {
        self.arguments(state, FieldRole::Used);
        self.number(
            "/TimeoutSeconds",
            task.timeout_seconds.as_ref(),
            task.timeout_seconds_path.as_deref(),
            FieldDomain::Count,
        );
        self.number(
            "/HeartbeatSeconds",
            task.heartbeat_seconds.as_ref(),
            task.heartbeat_seconds_path.as_deref(),
            FieldDomain::Count,
        );
        self.template("/Credentials", task.credentials.as_ref(), FieldRole::Used);
    }

    fn wait(&mut self, wait: &'m Wait) {
        let (literal, path) = (&wait.timestamp, &wait.timestamp_path);
        if literal.is_some() || path.is_some() {
            let literal = literal.as_deref().map(FieldSource::Text);
            let domain = FieldDomain::Timestamp;
            return self.either("/Timestamp", literal, path.as_deref(), domain);
        }
        self.number(
            "/Seconds",
            wait.seconds.as_ref(),
            wait.seconds_path.as_deref(),
            FieldDomain::Seconds,
        );
    }

    fn rule(&mut self, index: usize, rule: &'m ChoiceRule) {
        let pointer = if self.is_jsonata() {
            format!("/Choices/{index}/Condition")
        } else {
            format!("/Choices/{index}")
        };
        let source = FieldSource::Rule(rule);
        self.add(pointer, source, FieldRole::Decides, FieldDomain::Boolean);
    }

    fn map(&mut self, map: &'m Map) {
        let is_distributed = map.is_distributed();
        let reader = map.item_reader.as_ref().filter(|_| is_distributed);
        self.ignored_if(reader.is_some(), |fields| {
            let source = if fields.is_jsonata() {
                (map.items.as_ref()).map(|items| ("/Items", FieldSource::Template(items)))
            } else {
                (map.items_path.as_deref()).map(|path| ("/ItemsPath", FieldSource::Path(path)))
            };
            if let Some((pointer, source)) = source {
                // Recorded: an inline Map refuses an object. AWS documents the members of an object
                // as items of a Distributed Map only.
                let domain = if is_distributed {
                    FieldDomain::Collection
                } else {
                    FieldDomain::Array
                };
                fields.add(pointer.to_owned(), source, FieldRole::Items, domain);
            }
        });
        self.number(
            "/MaxConcurrency",
            map.max_concurrency.as_ref(),
            map.max_concurrency_path.as_deref(),
            FieldDomain::Count,
        );
        // AWS accepts the fields on an inline Map too, and ignores them; only TestState applies
        // them there.
        self.ignored_if(!is_distributed, |fields| {
            fields.number(
                "/ToleratedFailureCount",
                map.tolerated_failure_count.as_ref(),
                map.tolerated_failure_count_path.as_deref(),
                FieldDomain::Number,
            );
            fields.number(
                "/ToleratedFailurePercentage",
                map.tolerated_failure_percentage.as_ref(),
                map.tolerated_failure_percentage_path.as_deref(),
                FieldDomain::Number,
            );
        });
        if is_distributed {
            self.distributed(map);
        }
        let (pointer, selector) = match (&map.item_selector, &map.parameters) {
            (None, Some(parameters)) => ("/Parameters", Some(parameters)),
            (selector, _) => ("/ItemSelector", selector.as_ref()),
        };
        self.template(pointer, selector, FieldRole::PerItem);
    }

    fn distributed(&mut self, map: &'m Map) {
        if let Some(reader) = &map.item_reader {
            if let Some(config) = &reader.reader_config {
                self.number(
                    "/ItemReader/ReaderConfig/MaxItems",
                    config.max_items.as_ref(),
                    config.max_items_path.as_deref(),
                    FieldDomain::Number,
                );
            }
            self.parameters(
                "/ItemReader",
                reader.parameters.as_ref(),
                reader.arguments.as_ref(),
            );
            if let Some(config) = &reader.reader_config
                && config.csv_header_location.as_deref() == Some("GIVEN")
                && self.is_jsonata()
            {
                let pointer = "/ItemReader/ReaderConfig/CSVHeaders";
                self.template(pointer, config.csv_headers.as_ref(), FieldRole::Used);
            }
        }
        if let Some(batcher) = &map.item_batcher {
            self.number(
                "/ItemBatcher/MaxItemsPerBatch",
                batcher.max_items_per_batch.as_ref(),
                batcher.max_items_per_batch_path.as_deref(),
                FieldDomain::Number,
            );
            self.number(
                "/ItemBatcher/MaxInputBytesPerBatch",
                batcher.max_input_bytes_per_batch.as_ref(),
                batcher.max_input_bytes_per_batch_path.as_deref(),
                FieldDomain::Number,
            );
            let input = batcher.batch_input.as_ref();
            self.template("/ItemBatcher/BatchInput", input, FieldRole::Used);
        }
        if let Some(writer) = &map.result_writer {
            self.ignored_if(writer.resource.is_none(), |fields| {
                fields.parameters(
                    "/ResultWriter",
                    writer.parameters.as_ref(),
                    writer.arguments.as_ref(),
                );
            });
        }
    }

    /// Adds fields. The state does not evaluate them if `is_ignored`.
    fn ignored_if(&mut self, is_ignored: bool, add: impl FnOnce(&mut Self)) {
        let stage = self.stage;
        if is_ignored {
            self.stage = FieldStage::Ignored;
        }
        add(self);
        self.stage = stage;
    }

    fn add(
        &mut self,
        pointer: String,
        source: FieldSource<'m>,
        role: FieldRole,
        domain: FieldDomain,
    ) {
        self.fields.push(StateField {
            location: location_of(&pointer),
            pointer,
            stage: self.stage,
            source,
            role,
            domain,
            language: self.language,
        });
    }

    fn selection(&mut self, pointer: &str, path: Option<&'m PathField>) {
        if let Some(path) = path.filter(|_| !self.is_jsonata()) {
            let source = FieldSource::Selection(path);
            self.add(
                pointer.to_owned(),
                source,
                FieldRole::Replaces,
                FieldDomain::Any,
            );
        }
    }

    fn position(&mut self, pointer: &str, path: Option<&'m PathField>) {
        if let Some(path) = path.filter(|_| !self.is_jsonata()) {
            let source = FieldSource::Position(path);
            self.add(
                pointer.to_owned(),
                source,
                FieldRole::Replaces,
                FieldDomain::Any,
            );
        }
    }

    fn template(&mut self, pointer: &str, json: Option<&'m Json>, role: FieldRole) {
        if let Some(json) = json {
            let source = FieldSource::Template(json);
            self.add(pointer.to_owned(), source, role, FieldDomain::Any);
        }
    }

    /// Adds Parameters, or Arguments in JSONata.
    fn arguments(&mut self, state: &'m State, role: FieldRole) {
        if self.is_jsonata() {
            self.template("/Arguments", state.arguments(), role)
        } else {
            self.template("/Parameters", state.parameters(), role)
        }
    }

    fn parameters(
        &mut self,
        folder: &str,
        parameters: Option<&'m Json>,
        arguments: Option<&'m Json>,
    ) {
        let (name, json) = if self.is_jsonata() {
            ("Arguments", arguments)
        } else {
            ("Parameters", parameters)
        };
        self.template(&format!("{folder}/{name}"), json, FieldRole::Used);
    }

    fn output(&mut self, folder: &str, output: Option<&'m Json>) {
        let output = output.filter(|_| self.is_jsonata());
        self.template(&format!("{folder}/Output"), output, FieldRole::Replaces);
    }

    /// Adds a field that has a form with a path.
    fn either(
        &mut self,
        pointer: &str,
        literal: Option<FieldSource<'m>>,
        path: Option<&'m str>,
        domain: FieldDomain,
    ) {
        match (path, literal) {
            (Some(path), _) => {
                let pointer = format!("{pointer}Path");
                self.add(pointer, FieldSource::Path(path), FieldRole::Used, domain);
            }
            (None, Some(literal)) => {
                self.add(pointer.to_owned(), literal, FieldRole::Used, domain);
            }
            (None, None) => {}
        }
    }

    fn number(
        &mut self,
        pointer: &str,
        literal: Option<&'m NumberOrExpression>,
        path: Option<&'m str>,
        domain: FieldDomain,
    ) {
        let literal = literal.map(|literal| match literal {
            NumberOrExpression::Number(number) => FieldSource::Number(number),
            NumberOrExpression::Expression(text) => FieldSource::Text(text),
        });
        self.either(pointer, literal, path, domain);
    }

    fn assign(&mut self, folder: &str, assign: Option<&'m Object>) {
        for (key, json) in assign.into_iter().flatten() {
            let source = match json.as_str() {
                Some(text) if !self.is_jsonata() && key.ends_with(".$") => FieldSource::Path(text),
                _ => FieldSource::Template(json),
            };
            let pointer = format!("{folder}/Assign/{}", escape(key));
            self.add(pointer, source, FieldRole::Assigned, FieldDomain::Any);
        }
    }
}

/// Returns the pointer of a field, in which all numbers are indices, as the service's messages show
/// it: `Choices[0]/Output`.
fn location_of(pointer: &str) -> String {
    let mut location = String::new();
    let segments = stepwright_asl::json::segments(pointer);
    for segment in segments.into_iter().flatten() {
        match segment.parse::<usize>() {
            Ok(index) if !location.is_empty() => location.push_str(&format!("[{index}]")),
            _ => {
                if !location.is_empty() {
                    location.push('/');
                }
                location.push_str(&segment);
            }
        }
    }
    location
}
