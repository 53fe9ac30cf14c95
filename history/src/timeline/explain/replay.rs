use std::collections::BTreeMap;
use std::sync::Arc;

use stepwright_asl::json::{Json, escape};
use stepwright_asl::jsonata::{Expression, strip};
use stepwright_asl::model::{NumberOrExpression, PathField, QueryLanguage, State};
use stepwright_asl::overlay::Status;
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::query::{
    CompileError, Condition, Entropy, Expected, Expr, QueryError, Scope, VariableNames, Variables,
};
use stepwright_interpreter::task::Resource;
use stepwright_interpreter::value::{MAX_DEPTH, Value};

use super::compiled_expressions::{CompiledExpression, CompiledField};
use super::context::{MapItem, ReplayContext};
use super::defined_states::DefinedStates;
use super::explanation::{ExplainError, FieldExplanation, FieldOutcome};
use crate::timeline::{Timeline, Visit};

const MISMATCH: &str =
    "the history shows a different result; check that the definition is that of the execution";
pub(super) const PLACEHOLDER: &str =
    "a placeholder has no value; set the values of placeholders in the definition";
const RANDOM: &str = "the value depends on random numbers";
const CLOCK: &str = "the value depends on the time of the evaluation";
const NO_VARIABLES: &str = "a variable that it reads is not in the history";
const NO_INPUT: &str = "the input of the state is not in the history";
const TOO_DEEP: &str = "a value that it reads has too many levels";

/// The value of an expression, or why there is none.
pub(super) type Outcome = Result<Value, NoValue>;

#[derive(Debug, Clone)]
pub(super) enum NoValue {
    Failed(QueryError),
    NotEvaluated(&'static str),
    /// An earlier expression of the state failed.
    Stopped,
    Unknown(String),
}

impl NoValue {
    pub(super) fn unknown(reason: &str) -> Self {
        Self::Unknown(reason.to_owned())
    }
}

/// A value that expressions read.
#[derive(Debug, Clone)]
pub(super) enum Operand {
    /// The field has no such value.
    Absent,
    Value(Value),
    /// It has a value, which is not known.
    Missing(NoValue),
}

impl From<Outcome> for Operand {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Ok(value) => Self::Value(value),
            Err(NoValue::Failed(_)) => Self::Missing(NoValue::Stopped),
            Err(missing) => Self::Missing(missing),
        }
    }
}

impl Operand {
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Self::Absent => Err(NoValue::Stopped),
            Self::Value(value) => Ok(value.clone()),
            Self::Missing(missing) => Err(missing.clone()),
        }
    }

    fn value(&self) -> Option<&Value> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }
}

/// The data of an evaluation.
#[derive(Debug, Clone)]
pub(super) struct ReplayData {
    pub(super) input: Operand,
    pub(super) result: Operand,
    pub(super) error_output: Operand,
    /// The time of the evaluation, for functions that complete a date.
    pub(super) at: Timestamp,
}

/// When the fields are evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldStage {
    /// Before the work of the state.
    Entry,
    /// After its work.
    Exit,
    /// After its failure, in a catcher.
    Catch,
}

/// The transition with which a visit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum VisitExit {
    None,
    Normal,
    Caught,
}

#[derive(Debug)]
struct FieldReplay {
    stage: FieldStage,
    field: String,
    expression: String,
    outcome: Outcome,
    recorded: Option<Value>,
}

/// The values that an expression reads.
#[derive(Debug, Clone, Copy)]
struct ReadOperands {
    input: bool,
    result: bool,
    error_output: bool,
    context: bool,
}

impl ReadOperands {
    const ALL: Self = Self {
        input: true,
        result: true,
        error_output: true,
        context: true,
    };

    /// Returns what a JSONPath field reads. A path reads the input, the context object or a
    /// variable; a call may read all of them.
    fn of_path(text: &str) -> Self {
        let after_root = text.strip_prefix('$').and_then(|rest| rest.chars().next());
        let is_input = after_root.is_none_or(|next| matches!(next, '.' | '['));
        Self {
            input: is_input,
            result: false,
            error_output: false,
            context: !text.starts_with('$') || after_root == Some('$'),
        }
    }

    /// Returns what a JSONata expression reads.
    fn of_jsonata(source: &str) -> Self {
        let Ok(expression) = Expression::parse(source) else {
            return Self::ALL;
        };
        let reads = |name: &str| {
            let mut states = expression.states().iter();
            states.any(|read| read.field.as_deref().is_none_or(|field| field == name))
        };
        Self {
            input: reads("input"),
            result: reads("result"),
            error_output: reads("errorOutput"),
            context: reads("context"),
        }
    }
}

/// A compiled expression of the state, with the variables that it reads.
pub(super) struct ReplayExpression {
    compiled: Arc<CompiledExpression>,
    reads: ReadOperands,
    variables: Variables,
    lacks_variable: bool,
}

/// One expression of a template.
struct TemplateLeaf {
    pointer: String,
    text: String,
    /// The path of its value in the value of the template.
    steps: Vec<LeafStep>,
    expression: Result<ReplayExpression, NoValue>,
}

#[derive(Clone)]
enum LeafStep {
    Key(String),
    Index(usize),
}

/// The position of a part of a template.
struct LeafPosition {
    pointer: String,
    /// The position as the service's messages show it: `Output/a/b[0]`.
    location: String,
    steps: Vec<LeafStep>,
}

impl LeafPosition {
    /// Returns the position of a member; its name in the value differs from its key.
    fn member(&self, key: &str, name: &str) -> Self {
        Self {
            pointer: format!("{}/{}", self.pointer, escape(key)),
            location: format!("{}/{key}", self.location),
            steps: self.steps_to(LeafStep::Key(name.to_owned())),
        }
    }

    fn item(&self, index: usize) -> Self {
        Self {
            pointer: format!("{}/{index}", self.pointer),
            location: format!("{}[{index}]", self.location),
            steps: self.steps_to(LeafStep::Index(index)),
        }
    }

    fn steps_to(&self, step: LeafStep) -> Vec<LeafStep> {
        let mut steps = self.steps.clone();
        steps.push(step);
        steps
    }
}

impl TemplateLeaf {
    fn new(at: LeafPosition, text: &str, expression: Result<ReplayExpression, NoValue>) -> Self {
        Self {
            pointer: at.pointer,
            text: text.to_owned(),
            steps: at.steps,
            expression,
        }
    }
}

/// Computes the fields of one visit again.
pub(super) struct Replay<'a> {
    pub(super) timeline: &'a Timeline,
    pub(super) states: &'a DefinedStates<'a>,
    pub(super) index: usize,
    pub(super) visit: &'a Visit,
    pub(super) name: &'a str,
    pub(super) state: &'a State,
    pub(super) language: QueryLanguage,
    pub(super) stage: FieldStage,
    /// Why the following expressions are not evaluated.
    pub(super) stop: Option<NoValue>,
    /// Why the state failed, if an expression failed.
    pub(super) failure: Option<QueryError>,
    variables: BTreeMap<&'a str, &'a Value>,
    context: ReplayContext,
    fields: Vec<FieldReplay>,
}

impl<'a> Replay<'a> {
    /// Creates the replay of a visit, or of one attempt of it: the last one unless `attempt` is
    /// set.
    pub(super) fn new(
        timeline: &'a Timeline,
        states: &'a DefinedStates<'a>,
        index: usize,
        attempt: Option<usize>,
    ) -> Result<Self, ExplainError> {
        let visits = timeline.visits().len();
        let no_visit = || ExplainError::NoVisit { index, visits };
        let visit = timeline.visit(index).ok_or_else(no_visit)?;
        let unknown = || ExplainError::UnknownState(visit.state().to_owned());
        let defined = states.states.get(visit.state()).ok_or_else(unknown)?;
        if defined.state.kind().as_str() != visit.state_type() {
            return Err(unknown());
        }
        let own = defined.state.query_language();
        let language = own.or(states.machine.query_language.as_ref());
        let language = language
            .and_then(|word| word.known())
            .unwrap_or(QueryLanguage::JsonPath);
        let context = replay_context(timeline, visit, defined.name, defined.state, attempt);
        let mut replay = Self {
            timeline,
            states,
            index,
            visit,
            name: defined.name,
            state: defined.state,
            language,
            stage: FieldStage::Entry,
            stop: None,
            failure: None,
            variables: timeline.variables_at(index),
            context,
            fields: Vec::new(),
        };
        let item = replay.item_around();
        replay.context = replay.context.with_item(item);
        Ok(replay)
    }

    pub(super) fn is_jsonata(&self) -> bool {
        self.language == QueryLanguage::Jsonata
    }

    /// Returns the data of the fields before the work of the state.
    pub(super) fn entry_data(&self) -> ReplayData {
        let input = match self.visit.input() {
            Some(input) => Operand::Value(input.clone()),
            None => Operand::Missing(NoValue::unknown(NO_INPUT)),
        };
        let attempt = self.visit.attempts().last();
        ReplayData {
            input,
            result: Operand::Absent,
            error_output: Operand::Absent,
            at: attempt.map_or(self.visit.entered(), |attempt| attempt.scheduled()),
        }
    }

    /// Explains all fields.
    pub(super) fn explanations(mut self) -> Vec<FieldExplanation> {
        let is_failing = self.replay_state();
        let status = self.visit.status();
        let is_caught = status == Status::Caught || (is_failing && status == Status::Succeeded);
        let caught = is_caught && self.replay_catcher();
        let exit = match status {
            Status::Caught => VisitExit::Caught,
            Status::Succeeded if caught => VisitExit::Caught,
            Status::Succeeded => VisitExit::Normal,
            _ => VisitExit::None,
        };
        let fields = self.fields.into_iter();
        fields.map(|field| field.explanation(exit)).collect()
    }

    /// Adds a field with its outcome, and returns it for the fields that read it.
    pub(super) fn add(
        &mut self,
        field: impl Into<String>,
        expression: impl Into<String>,
        outcome: Outcome,
        recorded: Option<&Value>,
    ) -> Operand {
        if let Err(NoValue::Failed(error)) = &outcome {
            self.failure.get_or_insert_with(|| error.clone());
            self.stop.get_or_insert(NoValue::Stopped);
        }
        self.fields.push(FieldReplay {
            stage: self.stage,
            field: field.into(),
            expression: expression.into(),
            outcome: outcome.clone(),
            recorded: recorded.cloned(),
        });
        outcome.into()
    }

    /// Returns the outcome of the first field with one of these names.
    pub(super) fn outcome_of(&self, names: &[&str]) -> Option<&Outcome> {
        let mut fields = self.fields.iter();
        let field = fields.find(|field| names.contains(&&*field.field));
        field.map(|field| &field.outcome)
    }

    /// Returns the error of the first field of a stage that failed.
    pub(super) fn failure_in(&self, stage: FieldStage) -> Option<&QueryError> {
        let mut fields = self.fields.iter().filter(|field| field.stage == stage);
        fields.find_map(|field| match &field.outcome {
            Err(NoValue::Failed(error)) => Some(error),
            _ => None,
        })
    }

    /// Replaces the outcomes of the fields of this stage, none of which was evaluated.
    pub(super) fn withdraw_stage(&mut self, reason: &'static str) {
        let stage = self.stage;
        for field in &mut self.fields {
            if field.stage == stage {
                field.outcome = Err(NoValue::NotEvaluated(reason));
            }
        }
    }

    /// Replaces the outcomes of the fields of a Choice: another transition was taken than they say.
    pub(super) fn contradict(&mut self) {
        for field in &mut self.fields {
            field.outcome = Err(NoValue::unknown(MISMATCH));
        }
    }

    fn compile_as(
        &self,
        position: &str,
        text: &str,
        reads: ReadOperands,
        compile: impl FnOnce(&mut VariableNames) -> Result<CompiledField, CompileError>,
    ) -> Result<ReplayExpression, NoValue> {
        if text.contains("${") {
            return Err(NoValue::unknown(PLACEHOLDER));
        }
        let key = format!("{}\n{position}\n{text}", self.name);
        let compiled = self.states.expressions.get(key, compile);
        let compiled = compiled.map_err(NoValue::Unknown)?;
        let names = &compiled.names;
        let mut variables = Variables::new();
        let mut lacks_variable = false;
        for name in names.iter() {
            match (self.variables.get(name), names.find(name)) {
                (Some(value), Some(variable)) => variables.set(variable, (*value).clone()),
                _ => lacks_variable = true,
            }
        }
        Ok(ReplayExpression {
            compiled,
            reads,
            variables,
            lacks_variable,
        })
    }

    /// Compiles an expression. Expressions of the state with the same position and text are equal.
    fn compile(
        &self,
        position: &str,
        text: &str,
        reads: ReadOperands,
        compile: impl FnOnce(&mut VariableNames) -> Result<Expr, CompileError>,
    ) -> Result<ReplayExpression, NoValue> {
        self.compile_as(position, text, reads, |names| {
            compile(names).map(CompiledField::Expr)
        })
    }

    /// Compiles a JSONPath field.
    fn compile_path(
        &self,
        field: &str,
        text: &str,
        reads: ReadOperands,
    ) -> Result<ReplayExpression, NoValue> {
        let position = format!("path {field}");
        self.compile(&position, text, reads, |names| {
            Expr::path(text, field, names)
        })
    }

    /// Compiles one string of a JSONata field.
    fn compile_jsonata(
        &self,
        text: &str,
        location: &str,
        expected: Expected,
    ) -> Result<ReplayExpression, NoValue> {
        let reads = ReadOperands::of_jsonata(strip(text).unwrap_or_default());
        let position = format!("{location} {expected:?}");
        self.compile(&position, text, reads, |names| {
            Ok(Expr::jsonata_field(text, location, names)?.expecting(expected))
        })
    }

    /// Compiles the condition of a rule of a JSONPath Choice.
    pub(super) fn compile_rule(
        &self,
        pointer: &str,
        rule: &stepwright_asl::model::ChoiceRule,
        number: usize,
    ) -> Result<ReplayExpression, NoValue> {
        self.compile_as(pointer, "", ReadOperands::ALL, |names| {
            Condition::compile(rule, QueryLanguage::JsonPath, number, names)
                .map(CompiledField::Condition)
        })
    }

    /// Evaluates an expression, unless its value depends on something that the history does not
    /// contain.
    pub(super) fn run(
        &self,
        expression: &ReplayExpression,
        data: &ReplayData,
        item: Option<MapItem>,
    ) -> Outcome {
        if let Some(stop) = &self.stop {
            return Err(stop.clone());
        }
        let reads = expression.reads;
        let operands = [
            (reads.input, &data.input),
            (reads.result, &data.result),
            (reads.error_output, &data.error_output),
        ];
        for (is_read, operand) in operands {
            match operand {
                Operand::Missing(missing) if is_read => return Err(missing.clone()),
                Operand::Value(value) if value.depth() > MAX_DEPTH => {
                    return Err(NoValue::unknown(TOO_DEEP));
                }
                _ => {}
            }
        }
        let is_incomplete = self.timeline.dropped() > 0 || self.timeline.input().is_none();
        if expression.lacks_variable && is_incomplete {
            return Err(NoValue::unknown(NO_VARIABLES));
        }
        let context = match item {
            Some(item) => self.context.with_item(item),
            None => self.context.clone(),
        };
        context.take_unknown_read();
        let entropy = Entropy::new(0);
        let scope = Scope {
            input: data.input.value().unwrap_or(&Value::Null),
            result: data.result.value(),
            error_output: data.error_output.value(),
            context: &context,
            variables: &expression.variables,
            entropy: &entropy,
            now_millis: data.at.unix_micros() / 1_000,
        };
        let (outcome, draws, reads_clock) = match &expression.compiled.field {
            CompiledField::Expr(expr) => (expr.eval(&scope), expr.draws(), expr.reads_clock()),
            CompiledField::Condition(condition) => {
                (condition.test(&scope).map(Value::from), false, false)
            }
        };
        if let Some(reason) = context.take_unknown_read()
            && reads.context
        {
            return Err(NoValue::unknown(reason));
        }
        if draws || entropy.state() != 0 {
            return Err(NoValue::unknown(RANDOM));
        }
        if reads_clock {
            return Err(NoValue::unknown(CLOCK));
        }
        outcome.map_err(NoValue::Failed)
    }

    fn run_compiled(
        &self,
        expression: Result<ReplayExpression, NoValue>,
        data: &ReplayData,
    ) -> Outcome {
        if let Some(stop) = &self.stop {
            return Err(stop.clone());
        }
        self.run(&expression?, data, None)
    }

    /// Returns the value of a path of a Choice rule.
    pub(super) fn path_value(&self, text: &str, data: &ReplayData) -> Outcome {
        let reads = ReadOperands::of_path(text);
        let expression = self.compile_path("Variable", text, reads);
        self.run_compiled(expression, data)
    }

    /// Adds a field that is a path, or for `ErrorPath` and `CausePath` a call.
    pub(super) fn path(
        &mut self,
        pointer: &str,
        field: &str,
        text: &str,
        data: &ReplayData,
    ) -> Operand {
        let reads = ReadOperands::of_path(text);
        let expression = self.compile_path(field, text, reads);
        let outcome = self.run_compiled(expression, data);
        self.add(pointer, text, outcome, None)
    }

    /// Applies InputPath or OutputPath.
    pub(super) fn selection(
        &mut self,
        field: &'static str,
        path: Option<&PathField>,
        data: &ReplayData,
        recorded: Option<&Value>,
    ) -> Operand {
        let whole = data.input.outcome();
        let outcome = match path {
            None => return data.input.clone(),
            Some(PathField::Null) => self.unless_stopped(Ok(Value::empty_object())),
            Some(PathField::Path(text)) if text == "$" => self.unless_stopped(whole),
            Some(PathField::Path(text)) => {
                let reads = ReadOperands::of_path(text);
                let expression = self.compile_path(field, text, reads);
                self.run_compiled(expression, data)
            }
        };
        let text = path.and_then(PathField::as_str).unwrap_or("null");
        self.add(format!("/{field}"), text, outcome, recorded)
    }

    pub(super) fn unless_stopped(&self, outcome: Outcome) -> Outcome {
        match &self.stop {
            Some(stop) => Err(stop.clone()),
            None => outcome,
        }
    }

    /// Adds a string field of a JSONata state.
    pub(super) fn jsonata_field(
        &mut self,
        pointer: &str,
        location: &str,
        text: &str,
        expected: Expected,
        data: &ReplayData,
    ) -> Operand {
        let expression = self.compile_jsonata(text, location, expected);
        let outcome = self.run_compiled(expression, data);
        self.add(pointer, text, outcome, None)
    }

    /// Adds a number that is computed: an expression, or a path in the other field. Literals are
    /// not added.
    pub(super) fn number(
        &mut self,
        folder: &str,
        [field, path_field]: [&str; 2],
        literal: Option<&NumberOrExpression>,
        path: Option<&str>,
        data: &ReplayData,
    ) -> Option<Operand> {
        if let Some(path) = path {
            return Some(self.path(&format!("{folder}/{path_field}"), path_field, path, data));
        }
        let text = literal.and_then(NumberOrExpression::as_str)?;
        let pointer = format!("{folder}/{field}");
        let location = pointer.trim_start_matches('/').to_owned();
        Some(self.jsonata_field(&pointer, &location, text, Expected::Number, data))
    }

    /// Adds a template and each expression in it. Returns the value of the template.
    pub(super) fn template(
        &mut self,
        pointer: &str,
        template: &Json,
        expected: Expected,
        data: &ReplayData,
        recorded: Option<&Value>,
    ) -> Operand {
        let leaves = self.leaves(pointer, template, expected);
        let evaluate = |this: &Self, leaf: &TemplateLeaf| match &leaf.expression {
            Ok(expression) => this.run(expression, data, None),
            Err(missing) => this.unless_stopped(Err(missing.clone())),
        };
        let whole = |this: &Self| {
            let whole = this.compile_template(pointer, template, expected);
            this.run(&whole?, data, None)
        };
        self.add_template(pointer, template, leaves, &evaluate, &whole, recorded)
    }

    /// Adds a template that is evaluated for each item. Its values are arrays.
    pub(super) fn template_of_items(
        &mut self,
        pointer: &str,
        template: &Json,
        data: &ReplayData,
        items: &[MapItem],
    ) -> Operand {
        let leaves = self.leaves(pointer, template, Expected::Any);
        let each = |this: &Self, expression: &ReplayExpression| -> Outcome {
            let values = items
                .iter()
                .map(|item| this.run(expression, data, Some(item.clone())));
            Ok(values.collect::<Result<Vec<Value>, NoValue>>()?.into())
        };
        let evaluate = |this: &Self, leaf: &TemplateLeaf| match &leaf.expression {
            Ok(expression) => each(this, expression),
            Err(missing) => this.unless_stopped(Err(missing.clone())),
        };
        let whole = |this: &Self| {
            let whole = this.compile_template(pointer, template, Expected::Any);
            each(this, &whole?)
        };
        self.add_template(pointer, template, leaves, &evaluate, &whole, None)
    }

    fn add_template(
        &mut self,
        pointer: &str,
        template: &Json,
        leaves: Vec<TemplateLeaf>,
        evaluate: &dyn Fn(&Self, &TemplateLeaf) -> Outcome,
        whole: &dyn Fn(&Self) -> Outcome,
        recorded: Option<&Value>,
    ) -> Operand {
        let at = self.fields.len();
        let mut missing = self.stop.clone();
        let is_leaf = matches!(&*leaves, [leaf] if leaf.pointer == pointer);
        for leaf in &leaves {
            let outcome = evaluate(self, leaf);
            if let Err(why) = &outcome {
                missing.get_or_insert_with(|| why.clone());
            }
            let recorded = recorded.and_then(|value| value_at(value, &leaf.steps));
            self.add(&*leaf.pointer, &*leaf.text, outcome, recorded);
        }
        let outcome = match missing {
            Some(missing) => Err(missing),
            None => whole(self),
        };
        if is_leaf {
            return outcome.into();
        }
        let value = self.add(pointer, template.to_string(), outcome, recorded);
        // The template is first, its expressions follow.
        self.fields[at..].rotate_right(1);
        value
    }

    fn compile_template(
        &self,
        pointer: &str,
        template: &Json,
        expected: Expected,
    ) -> Result<ReplayExpression, NoValue> {
        let location = location_of(pointer);
        let text = template.to_string();
        let position = format!("template {location} {expected:?}");
        self.compile(
            &position,
            &text,
            ReadOperands::ALL_KNOWN,
            |names| match self.language {
                QueryLanguage::Jsonata => {
                    Ok(Expr::jsonata_template(template, &location, names)?.expecting(expected))
                }
                QueryLanguage::JsonPath => Expr::jsonpath_template(template, &location, names),
            },
        )
    }

    /// Compiles the member of a JSONPath template or Assign with this key, which ends in `.$`.
    fn compile_member(&self, text: &str, key: &str) -> Result<ReplayExpression, NoValue> {
        let position = format!("member {key}");
        self.compile(&position, text, ReadOperands::of_path(text), |names| {
            Expr::evaluated(text, key, names)
        })
    }

    /// Returns the expressions of a template.
    fn leaves(&self, pointer: &str, template: &Json, expected: Expected) -> Vec<TemplateLeaf> {
        let mut leaves = Vec::new();
        let at = LeafPosition {
            pointer: pointer.to_owned(),
            location: location_of(pointer),
            steps: Vec::new(),
        };
        self.collect_leaves(at, template, expected, &mut leaves);
        leaves
    }

    /// The depth of the recursion is that of the definition, which its parser limits.
    fn collect_leaves(
        &self,
        at: LeafPosition,
        json: &Json,
        expected: Expected,
        leaves: &mut Vec<TemplateLeaf>,
    ) {
        match json {
            Json::String(text) if self.is_jsonata() && strip(text).is_some() => {
                let expression = self.compile_jsonata(text, &at.location, expected);
                leaves.push(TemplateLeaf::new(at, text, expression));
            }
            Json::Object(members) => {
                for (key, json) in members {
                    match (key.strip_suffix(".$"), json.as_str()) {
                        (Some(name), Some(text)) if !self.is_jsonata() => {
                            let expression = self.compile_member(text, key);
                            leaves.push(TemplateLeaf::new(at.member(key, name), text, expression));
                        }
                        _ => self.collect_leaves(at.member(key, key), json, Expected::Any, leaves),
                    }
                }
            }
            Json::Array(items) => {
                for (index, json) in items.iter().enumerate() {
                    self.collect_leaves(at.item(index), json, Expected::Any, leaves);
                }
            }
            _ => {}
        }
    }

    /// Adds the assignments of an `Assign`, each variable as a field.
    pub(super) fn assign(
        &mut self,
        pointer: &str,
        assign: Option<&stepwright_asl::json::Object>,
        data: &ReplayData,
    ) {
        let visit = self.visit;
        for (key, json) in assign.into_iter().flatten() {
            let evaluated = match self.language {
                QueryLanguage::JsonPath => key.strip_suffix(".$"),
                QueryLanguage::Jsonata => None,
            };
            let name = evaluated.unwrap_or(key);
            let assigned = visit.assigned().iter().find(|(own, _)| own == name);
            let recorded = assigned.map(|(_, value)| value);
            let pointer = format!("{pointer}/{}", escape(key));
            match (evaluated, json.as_str()) {
                (Some(_), Some(text)) => {
                    let expression = self.compile_member(text, key);
                    let outcome = self.run_compiled(expression, data);
                    self.add(pointer, text, outcome, recorded);
                }
                _ => {
                    self.template(&pointer, json, Expected::Any, data, recorded);
                }
            }
        }
    }
}

impl ReadOperands {
    /// The reads of a template after each of its expressions was evaluated: all operands are known.
    const ALL_KNOWN: Self = Self {
        input: false,
        result: false,
        error_output: false,
        context: false,
    };
}

impl FieldReplay {
    fn explanation(self, exit: VisitExit) -> FieldExplanation {
        let is_taken = match self.stage {
            FieldStage::Entry => true,
            FieldStage::Exit => exit == VisitExit::Normal,
            FieldStage::Catch => exit == VisitExit::Caught,
        };
        let recorded = self.recorded.filter(|_| is_taken);
        let is_contradicted = recorded.is_some() || exit == VisitExit::Normal;
        let mismatch = |recorded| FieldOutcome::Unknown {
            reason: MISMATCH.to_owned(),
            recorded,
        };
        let outcome = match (self.outcome, recorded) {
            (Ok(value), Some(recorded)) if recorded != value => mismatch(Some(recorded)),
            (Ok(value), _) => FieldOutcome::Value(value),
            (Err(NoValue::Failed(_) | NoValue::Stopped), recorded) if is_contradicted => {
                mismatch(recorded)
            }
            (Err(NoValue::Failed(error)), _) => FieldOutcome::Failed {
                error: error.error.into_owned(),
                cause: error.cause,
            },
            (Err(NoValue::Stopped), _) => FieldOutcome::NotEvaluated {
                reason: "an earlier expression of the state failed".to_owned(),
            },
            (Err(NoValue::NotEvaluated(reason)), _) => FieldOutcome::NotEvaluated {
                reason: reason.to_owned(),
            },
            (Err(NoValue::Unknown(reason)), recorded) => FieldOutcome::Unknown { reason, recorded },
        };
        FieldExplanation {
            field: self.field,
            expression: self.expression,
            outcome,
        }
    }
}

fn value_at<'v>(value: &'v Value, steps: &[LeafStep]) -> Option<&'v Value> {
    steps.iter().try_fold(value, |value, step| match step {
        LeafStep::Key(key) => value.get(key),
        LeafStep::Index(index) => value.item(*index),
    })
}

/// Returns the pointer of a field, in which all numbers are indices, as the service's messages show
/// it: `Choices[0]/Output`.
fn location_of(pointer: &str) -> String {
    let mut location = String::new();
    for segment in stepwright_asl::json::segments(pointer)
        .into_iter()
        .flatten()
    {
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

/// Returns the context object of a visit without the item.
fn replay_context(
    timeline: &Timeline,
    visit: &Visit,
    name: &str,
    state: &State,
    attempt: Option<usize>,
) -> ReplayContext {
    const REDRIVEN: &str = "the value may have changed when the execution was redriven";
    const RECORDED: &str = "the recording does not contain this member of the context object";
    let execution = timeline.context();
    let is_complete = execution
        .get("Execution")
        .is_some_and(|it| it.get("Id").is_some());
    let mut members = Vec::new();
    if !is_complete {
        let known = |first: &str, second: &str| {
            let section = execution.get(first);
            section.is_some_and(|section| section.get(second).is_some())
        };
        for (first, second) in [
            ("Execution", "Id"),
            ("Execution", "Input"),
            ("Execution", "Name"),
            ("Execution", "RoleArn"),
            ("Execution", "RedriveCount"),
            ("Execution", "RedriveTime"),
            ("StateMachine", "Id"),
            ("StateMachine", "Name"),
        ] {
            if !known(first, second) {
                members.push((first, second, Err(RECORDED)));
            }
        }
    }
    if timeline.is_redriven() {
        members.retain(|(_, second, _)| !second.starts_with("Redrive"));
        members.push(("Execution", "RedriveCount", Err(REDRIVEN)));
        members.push(("Execution", "RedriveTime", Err(REDRIVEN)));
    }
    members.push(("State", "Name", Ok(name.into())));
    let entered = match timeline.is_redriven() {
        true => Err(REDRIVEN),
        false => Ok(visit.entered().to_string().into()),
    };
    members.push(("State", "EnteredTime", entered));
    if matches!(state, State::Task(_) | State::Map(_) | State::Parallel(_)) {
        let retries = match timeline.is_redriven() {
            true => Err(REDRIVEN),
            false => retry_count(visit, state, attempt),
        };
        members.push(("State", "RetryCount", retries));
    }
    let mut has_token = false;
    if let State::Task(task) = state {
        has_token = Resource::parse(&task.resource).has_token();
    }
    if has_token {
        members.push((
            "Task",
            "Token",
            Err("the history does not name the task token"),
        ));
    }
    ReplayContext::new(execution, members, MapItem::None, has_token)
}

/// Returns how many times the state was retried before an attempt.
fn retry_count(
    visit: &Visit,
    state: &State,
    attempt: Option<usize>,
) -> Result<Value, &'static str> {
    if state.retry().is_empty() {
        return Ok(0.into());
    }
    // Without an event: a value that is too large, and an `ItemsPath` that conflicts with the data.
    let has_silent_retries = state.retry().iter().any(|retrier| {
        let names = &retrier.error_equals;
        let is_named = |error| stepwright_asl::errors::matches(names, error);
        is_named(stepwright_asl::errors::DATA_LIMIT_EXCEEDED)
            || is_named(stepwright_asl::errors::REFERENCE_PATH_CONFLICT)
                && matches!(state, State::Map(_))
    });
    let attempts = attempt.unwrap_or(visit.attempts().len());
    if has_silent_retries || visit.failed_evaluations > 0 || attempts == 0 {
        return Err("the history does not show all retries of the state");
    }
    Ok(i64::try_from(attempts - 1).unwrap_or(i64::MAX).into())
}
