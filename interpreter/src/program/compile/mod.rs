//! Compiles a definition to a program, and collects all problems that prevent it.

mod distributed;
mod field;
mod map;
mod targets;

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use stepwright_asl::integrations::lookup;
use stepwright_asl::json::Json;
use stepwright_asl::model::{self, MachineType, NumberOrExpression, PathField, QueryLanguage};
use stepwright_asl::source::StateSources;

use self::field::{CompileResult, retrier, word};
use self::targets::Targets;
use crate::program::catch::Catcher;
use crate::program::choice::{Choice, Rule};
use crate::program::fail::{Fail, Text};
use crate::program::fields::{
    CompiledField, FieldRole, FieldSource, StateField, StateFields, constant, not_a_number,
};
use crate::program::index::StateIx;
use crate::program::io::{Io, JsonPathIo, JsonataIo, Numeric, ResultPath, Selection};
use crate::program::parallel::{Branch, Parallel};
use crate::program::pass::Pass;
use crate::program::state::{Kind, State};
use crate::program::task::Task;
use crate::program::wait::Wait;
use crate::program::{Program, ProgramError};
use crate::query::{Assignments, CompileError, Condition, Expr, VariableNames};
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
        let fields = &StateFields::of(state, language);
        let kind = match state {
            model::State::Task(task) => Kind::Task(Box::new(self.task(task, fields)?)),
            model::State::Pass(pass) => Kind::Pass(Pass {
                result: pass.result.as_ref().map(constant).transpose()?,
            }),
            model::State::Choice(choice) => Kind::Choice(self.choice(choice, fields, targets)?),
            model::State::Wait(_) => Kind::Wait(Box::new(self.wait(fields)?)),
            model::State::Succeed(_) => Kind::Succeed,
            model::State::Fail(_) => Kind::Fail(Box::new(Fail {
                error: self.text(fields, ["Error", "ErrorPath"])?,
                cause: self.text(fields, ["Cause", "CausePath"])?,
            })),
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
                Kind::Map(Box::new(self.map(name, map, fields, start, inside)?))
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
            io: self.io(fields)?,
            retry: state
                .retry()
                .iter()
                .map(retrier)
                .collect::<CompileResult<_>>()?,
            catch: state
                .catch()
                .iter()
                .enumerate()
                .map(|(index, catcher)| self.catcher(catcher, index, fields, targets))
                .collect::<CompileResult<_>>()?,
            next,
            missing_value: None,
        })
    }

    fn io(&mut self, fields: &StateFields<'_>) -> CompileResult<Io> {
        let assign = self.assign(fields, "")?;
        if fields.is_jsonata() {
            return Ok(Io::Jsonata(Box::new(JsonataIo {
                arguments: self.value(fields, "/Arguments")?,
                output: self.value(fields, "/Output")?,
                assign,
            })));
        }
        // A Map's Parameters are its older ItemSelector.
        let parameters = fields.at("/Parameters");
        let parameters = parameters.filter(|field| field.role != FieldRole::PerItem);
        Ok(Io::JsonPath(Box::new(JsonPathIo {
            input_path: self.selection(fields, "/InputPath")?,
            parameters: parameters.map(|field| self.expr(field)).transpose()?,
            result_selector: self.value(fields, "/ResultSelector")?,
            result_path: self.result_path(fields, "/ResultPath")?,
            output_path: self.selection(fields, "/OutputPath")?,
            assign,
        })))
    }

    fn task(&mut self, task: &model::Task, fields: &StateFields<'_>) -> CompileResult<Task> {
        let resource = Resource::parse(&task.resource);
        let family = match resource.kind() {
            ResourceKind::Service => ResourceKind::Service,
            kind => *self.families.get(resource.base()).unwrap_or(&kind),
        };
        let credentials = self.value(fields, "/Credentials")?;
        Ok(Task {
            lists_by_name: lookup(&task.resource)
                .map(|known| known.lists_by_name())
                .unwrap_or_default(),
            resource: resource.with_kind(family),
            answer: None,
            timeout: self.numeric(fields, "/TimeoutSeconds")?,
            heartbeat: self.numeric(fields, "/HeartbeatSeconds")?,
            credentials,
        })
    }

    fn choice(
        &mut self,
        choice: &model::Choice,
        fields: &StateFields<'_>,
        targets: &Targets<'_>,
    ) -> CompileResult<Choice> {
        let mut rules = Vec::with_capacity(choice.choices.len());
        for (index, rule) in choice.choices.iter().enumerate() {
            let folder = format!("/Choices/{index}");
            let path = format!("Choices[{index}]");
            let condition = Condition::compile(rule, fields.language(), &path, &mut self.names)?;
            let assign = self.assign(fields, &folder)?;
            let output = self.value(fields, &format!("{folder}/Output"))?;
            let Some(next) = &rule.next else {
                return Err(CompileError::new(format!("{path}/Next"), "is missing"));
            };
            rules.push(Rule {
                condition,
                assign,
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

    fn wait(&mut self, fields: &StateFields<'_>) -> CompileResult<Wait> {
        let Some(field) = fields.at("/Timestamp") else {
            let seconds = self.numeric(fields, "/Seconds")?;
            if matches!(seconds, Numeric::Absent) {
                return Err(CompileError::new(
                    "Seconds",
                    "is missing; a Wait has Seconds, SecondsPath, Timestamp or TimestampPath",
                ));
            }
            return Ok(Wait::Seconds(seconds));
        };
        Ok(match field.source {
            FieldSource::Path(path) => Wait::TimestampPath {
                path: path.into(),
                value: self.expr(field)?,
            },
            FieldSource::Text(text) if !fields.is_jsonata() => Wait::Timestamp(text.into()),
            _ => Wait::TimestampExpression(self.expr(field)?),
        })
    }

    /// Compiles `Error` or `Cause`.
    fn text(
        &mut self,
        fields: &StateFields<'_>,
        [name, path_name]: [&'static str; 2],
    ) -> CompileResult<Text> {
        let Some(field) = fields.at(&format!("/{name}")) else {
            return Ok(Text::Absent);
        };
        Ok(match field.source {
            FieldSource::Text(text) if !fields.is_jsonata() => Text::Literal(text.into()),
            source => Text::Computed {
                field: match source {
                    FieldSource::Path(_) => path_name,
                    _ => name,
                },
                value: self.expr(field)?,
            },
        })
    }

    fn catcher(
        &mut self,
        catcher: &model::Catcher,
        index: usize,
        fields: &StateFields<'_>,
        targets: &Targets<'_>,
    ) -> CompileResult<Catcher> {
        let folder = format!("/Catch/{index}");
        let assign = self.assign(fields, &folder)?;
        let output = self.value(fields, &format!("{folder}/Output"))?;
        Ok(Catcher {
            errors: catcher.error_equals.clone().into(),
            result_path: self.result_path(fields, &format!("{folder}/ResultPath"))?,
            assign,
            output,
            next: targets.find(&catcher.next, &format!("Catch[{index}]/Next"))?,
        })
    }

    /// Compiles a field that yields a value.
    fn expr(&mut self, field: &StateField<'_>) -> CompileResult<Expr> {
        match field.compile(&mut self.names)? {
            CompiledField::Expr(expr) => Ok(expr),
            CompiledField::Condition(_) | CompiledField::Position(_) => {
                Err(CompileError::new(&*field.location, "has no value"))
            }
        }
    }

    /// Compiles the field at a pointer, if the state has it.
    fn value(&mut self, fields: &StateFields<'_>, pointer: &str) -> CompileResult<Option<Expr>> {
        fields.at(pointer).map(|field| self.expr(field)).transpose()
    }

    fn selection(&mut self, fields: &StateFields<'_>, pointer: &str) -> CompileResult<Selection> {
        let Some(field) = fields.at(pointer) else {
            return Ok(Selection::Whole);
        };
        Ok(match field.source {
            FieldSource::Selection(PathField::Null) => Selection::Nothing,
            FieldSource::Selection(PathField::Path(text)) if text == "$" => Selection::Whole,
            _ => Selection::Path(self.expr(field)?),
        })
    }

    fn result_path(
        &mut self,
        fields: &StateFields<'_>,
        pointer: &str,
    ) -> CompileResult<ResultPath> {
        match fields.at(pointer) {
            Some(StateField {
                source: FieldSource::Position(path),
                ..
            }) => ResultPath::compile(path),
            _ => Ok(ResultPath::Replace),
        }
    }

    fn assign(&mut self, fields: &StateFields<'_>, folder: &str) -> CompileResult<Assignments> {
        let mut assignments = Vec::new();
        for field in fields.assigned(folder) {
            let expr = self.expr(field)?;
            assignments.push((self.names.intern(&field.variable()), expr));
        }
        Ok(Assignments::new(assignments))
    }

    fn numeric(&mut self, fields: &StateFields<'_>, pointer: &str) -> CompileResult<Numeric> {
        let Some(field) = fields.at(pointer) else {
            return Ok(Numeric::Absent);
        };
        let value = self.expr(field)?;
        Ok(match field.source {
            FieldSource::Path(path) => Numeric::Path {
                path: path.into(),
                value,
            },
            FieldSource::Number(number) => {
                Numeric::Literal(constant(&Json::Number(number.clone()))?)
            }
            _ => Numeric::Expression(value),
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
