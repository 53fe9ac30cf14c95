mod distributed;
mod field;
mod map;
mod targets;

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use stepwright_asl::integrations::lookup;
use stepwright_asl::json::Json;
use stepwright_asl::model::{self, MachineType, NumberOrExpression, QueryLanguage};
use stepwright_asl::source::StateSources;

use self::field::{CompileResult, constant, not_a_number, result_path, retrier, selection, word};
use self::targets::Targets;
use crate::program::catch::Catcher;
use crate::program::choice::{Choice, Rule};
use crate::program::fail::{Fail, Text};
use crate::program::index::StateIx;
use crate::program::io::{Io, JsonPathIo, JsonataIo, Numeric};
use crate::program::parallel::{Branch, Parallel};
use crate::program::pass::Pass;
use crate::program::state::{Kind, State};
use crate::program::task::Task;
use crate::program::wait::Wait;
use crate::program::{Program, ProgramError};
use crate::query::{Assignments, CompileError, Condition, Expected, Expr, VariableNames};
use crate::task::{Resource, ResourceKind};

pub use self::distributed::label_of;

/// The maximum nesting of Map and Parallel states.
const MAX_NESTING: usize = 64;

impl Program {
    /// Compiles a definition. `families` contains which resources are activities or functions if
    /// their text does not determine it.
    ///
    /// # Errors
    ///
    /// All problems. A definition that the validator accepts compiles.
    pub fn compile(
        machine: &model::StateMachine,
        machine_type: MachineType,
        families: &IndexMap<String, ResourceKind>,
    ) -> Result<Self, ProgramError> {
        let mut compiler = Compiler {
            language: QueryLanguage::JsonPath,
            families,
            states: Vec::new(),
            names: VariableNames::new(),
            problems: Vec::new(),
        };
        match word(machine.query_language.as_ref(), "QueryLanguage") {
            Ok(language) => compiler.language = language.unwrap_or(QueryLanguage::JsonPath),
            Err(error) => compiler.problems.push(error.to_string()),
        }
        let start = compiler.scope(&machine.states, &machine.start_at, "the state machine", 0);
        let timeout = compiler.machine_timeout(machine.timeout_seconds.as_ref());
        let states: Option<Box<[State]>> = compiler.states.into_iter().collect();
        match (start, states) {
            (Some(start), Some(states)) if compiler.problems.is_empty() => Ok(Self {
                states,
                start,
                machine_type,
                timeout,
                variables: compiler.names,
                redaction: Arc::default(),
                definition: None,
                sources: StateSources::default(),
            }),
            _ => Err(ProgramError::new(compiler.problems)),
        }
    }
}

struct Compiler<'a> {
    /// The query language of states that declare none.
    language: QueryLanguage,
    families: &'a IndexMap<String, ResourceKind>,
    /// `None` for numbered states that are not compiled yet.
    states: Vec<Option<State>>,
    names: VariableNames,
    problems: Vec<String>,
}

impl Compiler<'_> {
    /// Compiles the states of the machine, of a branch or of a Map's iterations.
    fn scope(
        &mut self,
        states: &model::States,
        start_at: &str,
        path: &str,
        depth: usize,
    ) -> Option<StateIx> {
        if depth > MAX_NESTING {
            self.problems
                .push(format!("{path} is nested more than {MAX_NESTING} deep"));
            return None;
        }
        let first = self.states.len();
        if first + states.len() >= usize::from(u16::MAX) {
            self.problems
                .push("a state machine has at most 65,534 states".to_owned());
            return None;
        }
        self.states.extend(states.iter().map(|_| None));
        let ixs = states
            .keys()
            .zip(first..)
            .filter_map(|(name, ix)| Some((name.as_str(), StateIx(u16::try_from(ix).ok()?))))
            .collect();
        let targets = Targets::new(ixs);
        for (name, state) in states {
            let before = self.problems.len();
            let compiled = self.state(name, state, &targets, depth);
            let Some(ix) = targets.get(name) else {
                continue;
            };
            match compiled {
                Ok(compiled) => self.states[ix.index()] = Some(compiled),
                Err(error) => self.problems.push(error.to_string()),
            }
            for problem in &mut self.problems[before..] {
                if !problem.starts_with("state `") {
                    *problem = format!("state `{name}`: {problem}");
                }
            }
        }
        let start = targets.get(start_at);
        if start.is_none() {
            self.problems.push(format!(
                "{path} starts at `{start_at}`, and there is no such state"
            ));
        }
        start
    }

    fn state(
        &mut self,
        name: &str,
        state: &model::State,
        targets: &Targets<'_>,
        depth: usize,
    ) -> CompileResult<State> {
        let language = word(state.query_language(), "QueryLanguage")?.unwrap_or(self.language);
        let kind = match state {
            model::State::Task(task) => Kind::Task(Box::new(self.task(task, language)?)),
            model::State::Pass(pass) => Kind::Pass(Pass {
                result: pass.result.as_ref().map(constant).transpose()?,
            }),
            model::State::Choice(choice) => Kind::Choice(self.choice(choice, language, targets)?),
            model::State::Wait(wait) => Kind::Wait(Box::new(self.wait(wait, language)?)),
            model::State::Succeed(_) => Kind::Succeed,
            model::State::Fail(fail) => Kind::Fail(Box::new(self.fail(fail, language)?)),
            model::State::Parallel(parallel) => {
                let path = format!("a branch of `{name}`");
                let starts: Vec<Option<StateIx>> = parallel
                    .branches
                    .iter()
                    .map(|branch| self.scope(&branch.states, &branch.start_at, &path, depth + 1))
                    .collect();
                Kind::Parallel(Parallel {
                    branches: starts
                        .into_iter()
                        .flatten()
                        .map(|start| Branch { start })
                        .collect(),
                })
            }
            model::State::Map(map) => {
                let Some(processor) = map.processor() else {
                    return Err(CompileError::new("ItemProcessor", "is missing"));
                };
                let path = format!("the iteration of `{name}`");
                let before = self.states.len();
                let start = self.scope(&processor.states, &processor.start_at, &path, depth + 1);
                let inside = before..self.states.len();
                let start = start.unwrap_or(StateIx::NONE);
                Kind::Map(Box::new(self.map(name, map, language, start, inside)?))
            }
        };
        let next = match state {
            model::State::Choice(_) | model::State::Succeed(_) | model::State::Fail(_) => None,
            state if state.is_end() => None,
            state => match state.next() {
                Some(next) => Some(targets.find(next, "Next")?),
                None => {
                    return Err(CompileError::new(
                        "Next",
                        "is missing; write `\"End\": true` where the state is the last",
                    ));
                }
            },
        };
        Ok(State {
            name: name.into(),
            kind,
            io: self.io(state, language)?,
            retry: state
                .retry()
                .iter()
                .map(retrier)
                .collect::<CompileResult<_>>()?,
            catch: state
                .catch()
                .iter()
                .enumerate()
                .map(|(index, catcher)| self.catcher(catcher, index, language, targets))
                .collect::<CompileResult<_>>()?,
            next,
            missing_value: None,
        })
    }

    fn io(&mut self, state: &model::State, language: QueryLanguage) -> CompileResult<Io> {
        let names = &mut self.names;
        let assign = match state.assign() {
            Some(assign) => Assignments::compile(assign, language, "Assign", names)?,
            None => Assignments::default(),
        };
        if language == QueryLanguage::Jsonata {
            let mut template = |json: Option<&Json>, field: &str| {
                json.map(|json| Expr::jsonata_template(json, field, names))
                    .transpose()
            };
            return Ok(Io::Jsonata(Box::new(JsonataIo {
                arguments: template(state.arguments(), "Arguments")?,
                output: template(state.output(), "Output")?,
                assign,
            })));
        }
        // A Map's Parameters are its older ItemSelector.
        let parameters = state
            .parameters()
            .filter(|_| !matches!(state, model::State::Map(_)));
        let template = |json: Option<&Json>, field: &str, names: &mut VariableNames| {
            json.map(|json| Expr::jsonpath_template(json, field, names))
                .transpose()
        };
        Ok(Io::JsonPath(Box::new(JsonPathIo {
            input_path: selection(state.input_path(), "InputPath", names)?,
            parameters: template(parameters, "Parameters", names)?,
            result_selector: template(state.result_selector(), "ResultSelector", names)?,
            result_path: result_path(state.result_path())?,
            output_path: selection(state.output_path(), "OutputPath", names)?,
            assign,
        })))
    }

    fn task(&mut self, task: &model::Task, language: QueryLanguage) -> CompileResult<Task> {
        let resource = Resource::parse(&task.resource);
        let family = match resource.kind() {
            ResourceKind::Service => ResourceKind::Service,
            kind => *self.families.get(resource.base()).unwrap_or(&kind),
        };
        let credentials = match (&task.credentials, language) {
            (Some(json), QueryLanguage::Jsonata) => Some(Expr::jsonata_template(
                json,
                "Credentials",
                &mut self.names,
            )?),
            (Some(json), QueryLanguage::JsonPath) => Some(Expr::jsonpath_template(
                json,
                "Credentials",
                &mut self.names,
            )?),
            (None, _) => None,
        };
        Ok(Task {
            lists_by_name: lookup(&task.resource)
                .map(|known| known.lists_by_name())
                .unwrap_or_default(),
            resource: resource.with_kind(family),
            answer: None,
            timeout: self.numeric(
                task.timeout_seconds.as_ref(),
                "TimeoutSeconds",
                task.timeout_seconds_path.as_deref(),
                "TimeoutSecondsPath",
                language,
            )?,
            heartbeat: self.numeric(
                task.heartbeat_seconds.as_ref(),
                "HeartbeatSeconds",
                task.heartbeat_seconds_path.as_deref(),
                "HeartbeatSecondsPath",
                language,
            )?,
            credentials,
        })
    }

    fn choice(
        &mut self,
        choice: &model::Choice,
        language: QueryLanguage,
        targets: &Targets<'_>,
    ) -> CompileResult<Choice> {
        let mut rules = Vec::with_capacity(choice.choices.len());
        for (index, rule) in choice.choices.iter().enumerate() {
            let path = format!("Choices[{index}]");
            let condition = Condition::compile(rule, language, index, &mut self.names)?;
            let assign = match &rule.assign {
                Some(assign) => Assignments::compile(
                    assign,
                    language,
                    &format!("{path}/Assign"),
                    &mut self.names,
                )?,
                None => Assignments::default(),
            };
            let output =
                match &rule.output {
                    Some(output) if language == QueryLanguage::Jsonata => Some(
                        Expr::jsonata_template(output, &format!("{path}/Output"), &mut self.names)?,
                    ),
                    _ => None,
                };
            let Some(next) = &rule.next else {
                return Err(CompileError::new(format!("{path}/Next"), "is missing"));
            };
            rules.push(Rule {
                condition,
                assign: rule.assign.is_some().then_some(assign),
                output,
                next: targets.find(next, &format!("{path}/Next"))?,
            });
        }
        Ok(Choice {
            rules: rules.into(),
            default: choice
                .default
                .as_deref()
                .map(|name| targets.find(name, "Default"))
                .transpose()?,
        })
    }

    fn wait(&mut self, wait: &model::Wait, language: QueryLanguage) -> CompileResult<Wait> {
        if let Some(path) = &wait.timestamp_path {
            return Ok(Wait::TimestampPath {
                path: path.into(),
                value: Expr::path(path, "TimestampPath", &mut self.names)?,
            });
        }
        if let Some(text) = &wait.timestamp {
            if language == QueryLanguage::Jsonata {
                let value = Expr::jsonata_field(text, "Timestamp", &mut self.names)?;
                return Ok(Wait::TimestampExpression(value.expecting(Expected::String)));
            }
            return Ok(Wait::Timestamp(text.into()));
        }
        let seconds = self.numeric(
            wait.seconds.as_ref(),
            "Seconds",
            wait.seconds_path.as_deref(),
            "SecondsPath",
            language,
        )?;
        if matches!(seconds, Numeric::Absent) {
            return Err(CompileError::new(
                "Seconds",
                "is missing; a Wait has Seconds, SecondsPath, Timestamp or TimestampPath",
            ));
        }
        Ok(Wait::Seconds(seconds))
    }

    fn fail(&mut self, fail: &model::Fail, language: QueryLanguage) -> CompileResult<Fail> {
        Ok(Fail {
            error: self.text(
                fail.error.as_deref(),
                fail.error_path.as_deref(),
                ["Error", "ErrorPath"],
                language,
            )?,
            cause: self.text(
                fail.cause.as_deref(),
                fail.cause_path.as_deref(),
                ["Cause", "CausePath"],
                language,
            )?,
        })
    }

    fn text(
        &mut self,
        literal: Option<&str>,
        path: Option<&str>,
        [field, path_field]: [&'static str; 2],
        language: QueryLanguage,
    ) -> CompileResult<Text> {
        Ok(match (literal, path) {
            (_, Some(path)) => Text::Computed {
                field: path_field,
                value: Expr::path(path, path_field, &mut self.names)?,
            },
            (Some(text), None) if language == QueryLanguage::Jsonata => Text::Computed {
                field,
                value: Expr::jsonata_field(text, field, &mut self.names)?
                    .expecting(Expected::String),
            },
            (Some(text), None) => Text::Literal(text.into()),
            (None, None) => Text::Absent,
        })
    }

    fn catcher(
        &mut self,
        catcher: &model::Catcher,
        index: usize,
        language: QueryLanguage,
        targets: &Targets<'_>,
    ) -> CompileResult<Catcher> {
        let path = format!("Catch[{index}]");
        let assign = match &catcher.assign {
            Some(assign) => {
                Assignments::compile(assign, language, &format!("{path}/Assign"), &mut self.names)?
            }
            None => Assignments::default(),
        };
        let output = match &catcher.output {
            Some(output) if language == QueryLanguage::Jsonata => Some(Expr::jsonata_template(
                output,
                &format!("{path}/Output"),
                &mut self.names,
            )?),
            _ => None,
        };
        Ok(Catcher {
            errors: catcher.error_equals.clone().into(),
            result_path: result_path(catcher.result_path.as_ref())?,
            assign,
            output,
            next: targets.find(&catcher.next, &format!("{path}/Next"))?,
        })
    }

    fn numeric(
        &mut self,
        literal: Option<&NumberOrExpression>,
        field: &'static str,
        path: Option<&str>,
        path_field: &'static str,
        language: QueryLanguage,
    ) -> CompileResult<Numeric> {
        if let Some(path) = path {
            return Ok(Numeric::Path {
                path: path.into(),
                value: Expr::path(path, path_field, &mut self.names)?,
            });
        }
        Ok(match literal {
            None => Numeric::Absent,
            Some(NumberOrExpression::Number(number)) => {
                Numeric::Literal(constant(&Json::Number(number.clone()))?)
            }
            Some(NumberOrExpression::Expression(text)) if language == QueryLanguage::Jsonata => {
                let value = Expr::jsonata_field(text, field, &mut self.names)?;
                Numeric::Expression(value.expecting(Expected::Number))
            }
            Some(NumberOrExpression::Expression(text)) => {
                return Err(CompileError::new(field, not_a_number(text)));
            }
        })
    }

    fn machine_timeout(&mut self, timeout: Option<&NumberOrExpression>) -> Option<Duration> {
        match timeout? {
            NumberOrExpression::Number(number) => {
                let seconds = number.as_f64().clamp(0.0, 1e10);
                Duration::try_from_secs_f64(seconds).ok()
            }
            NumberOrExpression::Expression(text) => {
                self.problems.push(format!(
                    "the field `TimeoutSeconds`: {}",
                    not_a_number(text)
                ));
                None
            }
        }
    }
}
