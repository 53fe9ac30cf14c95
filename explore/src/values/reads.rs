//! The values that a state reads, with the tests that it applies to them.

use std::collections::{BTreeSet, HashMap};

use stepwright_asl::graph::Graph;
use stepwright_asl::intrinsic::{Argument, Function, IntrinsicCall};
use stepwright_asl::json::{Json, Object};
use stepwright_asl::jsonata::{self, ExpressionOutline, ValueTest};
use stepwright_asl::model::{OperandType, Operator, PathField, QueryLanguage, State, StateKind};
use stepwright_asl::path::{Path, PathStep};
use stepwright_interpreter::program::{
    FieldDomain, FieldRole, FieldSource, FieldStage, StateField, StateFields,
};

use super::abstract_value::{AbstractValue, Origin, PartStep, SelectedPart};
use super::comparison::{ComparedParts, Comparison};
use super::container_flow::StateInput;
use super::observed_parts::ObservedParts;
use super::state_reads::{BoundaryPart, RequiredPart, StateReads};
use super::template::ReadScope;
use super::value_source::ValueSource;

/// The longest list that is made for a position in a path.
const LONGEST_LIST: usize = 20;

/// The reads of other definitions: of those that start this one, and of those that it starts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct BoundaryReads {
    /// The parts of the output that starters read.
    pub(super) output: Vec<BoundaryPart>,
    /// For each state that starts an execution, the parts of the input that it reads.
    pub(super) passed: HashMap<String, Vec<BoundaryPart>>,
    /// The states whose result lacks a part that is read, on some path of their execution.
    pub(super) uncertain_results: BTreeSet<String>,
    /// The parts of the input that a starter does not pass on some path.
    pub(super) lacking_input: Vec<Vec<PartStep>>,
    /// For each Task, the parts of its arguments and of its result that properties read.
    pub(super) observed: HashMap<String, ObservedParts>,
}

/// Collects the reads of one state.
pub(super) struct Reader<'r, 'g, 'd> {
    graph: &'g Graph<'d>,
    flow: &'r StateInput<'r>,
    /// The state as the evaluator reads it; `None` if it refuses the definition.
    typed: Option<&'r State>,
    inner: &'r [Option<AbstractValue>],
    has_default: bool,
    /// Whether the current expression computes its value.
    is_computed: bool,
    reads: StateReads,
}

impl<'r, 'g, 'd> Reader<'r, 'g, 'd> {
    pub(super) fn new(
        graph: &'g Graph<'d>,
        flow: &'r StateInput<'r>,
        typed: Option<&'r State>,
        inner: &'r [Option<AbstractValue>],
    ) -> Self {
        Self {
            graph,
            flow,
            typed,
            inner,
            // Only a Choice without a default may list all values.
            has_default: flow.kind != Some(StateKind::Choice)
                || flow.object.contains_key("Default"),
            is_computed: false,
            reads: StateReads {
                state: flow.state,
                ..StateReads::default()
            },
        }
    }

    pub(super) fn reads(mut self, boundary: &BoundaryReads) -> StateReads {
        self.fields();
        let name = self.graph.states()[self.flow.state].name;
        if let Some(parts) = boundary.passed.get(name) {
            let input = self.flow.passed_input();
            self.reads.lacking = self.boundary(&input, parts);
            self.reads.inputs = input.into_origins().collect();
        }
        if let Some(parts) = boundary.observed.get(name) {
            let (has_unknown, reads_whole) = (self.reads.has_unknown, self.reads.reads_whole);
            let arguments = self.flow.arguments();
            self.boundary(&arguments, &parts.arguments);
            let result = Origin::of(ValueSource::Result(self.flow.state));
            self.boundary(&AbstractValue::Origin(result), &parts.results);
            (self.reads.has_unknown, self.reads.reads_whole) = (has_unknown, reads_whole);
        }
        if self.ends_machine()
            && !boundary.output.is_empty()
            && let Some(output) = self.flow.exits(self.inner).output
        {
            let lacking = self.boundary(&output, &boundary.output);
            self.reads.has_uncertain_output = !lacking.is_empty();
        }
        self.reads
    }

    /// Returns whether the output of the state is that of the state machine.
    fn ends_machine(&self) -> bool {
        let state = &self.graph.states()[self.flow.state];
        state.container == 0 && state.is_terminal() && state.kind != Some(StateKind::Fail)
    }

    /// Adds the reads of another definition. Returns the parts that are absent on some path: they
    /// are absent there, and not for this state.
    fn boundary(&mut self, value: &AbstractValue, parts: &[BoundaryPart]) -> Vec<Vec<PartStep>> {
        let (has_default, is_uncertain) = (self.has_default, self.reads.is_uncertain);
        let mut lacking = Vec::new();
        for part in parts {
            self.has_default = part.has_other;
            self.is_computed = part.is_decisive;
            self.reads.is_uncertain = false;
            self.read(value, &part.path, &part.test);
            if self.reads.is_uncertain {
                lacking.push(part.path.clone());
            }
        }
        self.has_default = has_default;
        self.is_computed = false;
        self.reads.is_uncertain = is_uncertain;
        lacking
    }

    /// Adds the reads of the computed fields, each with the values that its stage reads.
    fn fields(&mut self) {
        let flow = self.flow;
        let Some(state) = self.typed else {
            // The evaluator refuses the definition.
            self.reads.has_unknown = true;
            return;
        };
        let raw = flow.scope();
        let effective = flow.effective();
        let entry = ReadScope {
            input: &effective,
            ..raw
        };
        let item = flow.items(&effective).at(&[PartStep::Item]);
        let is_map = flow.kind == Some(StateKind::Map);
        if is_map && !flow.is_jsonata && flow.item_reader().is_none() && !flow.has("ItemsPath") {
            self.read(&effective, &[], &ValueTest::List);
        }
        let result = flow.result(&effective, self.inner);
        // In JSONPath, the result after ResultSelector, and the value to which OutputPath applies.
        let of_jsonpath = result.as_ref().filter(|_| !flow.is_jsonata);
        let exit = of_jsonpath.map(|result| {
            let selected = flow.selected(result);
            (result, flow.combined(selected.clone()), selected)
        });
        let language = if flow.is_jsonata {
            QueryLanguage::Jsonata
        } else {
            QueryLanguage::JsonPath
        };
        for field in StateFields::of(state, language).iter() {
            let scope = match (field.stage, field.role) {
                (FieldStage::Ignored, _) => continue,
                (FieldStage::Entry, FieldRole::PerItem) => ReadScope {
                    item: Some(&item),
                    ..entry
                },
                (FieldStage::Entry, _) if field.pointer == "/InputPath" => raw,
                (FieldStage::Entry | FieldStage::Rule(_), _) => entry,
                (FieldStage::Catch(_), _) if flow.is_jsonata => entry,
                // `$` is the error output.
                (FieldStage::Catch(_), _) => ReadScope {
                    input: &AbstractValue::Unknown,
                    ..raw
                },
                (FieldStage::Exit, _) if flow.is_jsonata => ReadScope {
                    result: result.as_ref(),
                    ..raw
                },
                (FieldStage::Exit, role) => {
                    // The branches of the state have no end.
                    let Some((result, combined, selected)) = &exit else {
                        continue;
                    };
                    let input = match (&*field.pointer, role) {
                        ("/ResultSelector", _) => result,
                        (_, FieldRole::Assigned) if flow.has_result() => selected,
                        (_, FieldRole::Assigned) => &effective,
                        _ => combined,
                    };
                    ReadScope { input, ..raw }
                }
            };
            self.field(field, &scope);
        }
    }

    fn field(&mut self, field: &StateField<'_>, scope: &ReadScope<'_>) {
        let is_jsonata = self.flow.is_jsonata;
        let is_timestamp = field.domain == FieldDomain::Timestamp;
        let test = match field.domain {
            FieldDomain::Any | FieldDomain::Text | FieldDomain::Timestamp => ValueTest::Read,
            FieldDomain::Boolean => ValueTest::Truth,
            FieldDomain::Seconds | FieldDomain::Count | FieldDomain::Number => ValueTest::Number,
            FieldDomain::Array | FieldDomain::Collection => ValueTest::List,
        };
        match field.source {
            FieldSource::Path(path) if is_timestamp => {
                if let Ok(path) = Path::parse(path) {
                    let (root, steps) = scope.locate(&path);
                    self.read_timestamp(&root, &steps);
                }
            }
            FieldSource::Selection(PathField::Path(path)) => self.path_or_call(path, scope, &test),
            FieldSource::Path(path) => self.path_or_call(path, scope, &test),
            FieldSource::Text(text) if is_timestamp => self.jsonata_timestamp(text, scope),
            FieldSource::Text(text) => self.expression(text, scope, &test),
            FieldSource::Template(json) if is_jsonata => self.jsonata(json, scope, &test),
            FieldSource::Template(json) => self.jsonpath_template(json, scope),
            FieldSource::Rule(rule) if is_jsonata => {
                if let Some(condition) = &rule.condition {
                    self.jsonata(condition, scope, &test);
                }
            }
            FieldSource::Rule(rule) => {
                if let Some(rule) = rule.to_value().as_object() {
                    self.rule(rule, scope);
                }
            }
            FieldSource::Selection(PathField::Null)
            | FieldSource::Position(_)
            | FieldSource::Number(_) => {}
        }
    }

    /// Adds the reads of the expressions in a template. `whole` is the test of an expression that
    /// is only a chain.
    fn jsonata(&mut self, template: &Json, scope: &ReadScope<'_>, whole: &ValueTest) {
        let mut open = vec![template];
        while let Some(value) = open.pop() {
            match value {
                Json::String(text) => self.expression(text, scope, whole),
                Json::Array(items) => open.extend(items),
                Json::Object(members) => open.extend(members.values()),
                _ => {}
            }
        }
    }

    fn expression(&mut self, text: &str, scope: &ReadScope<'_>, whole: &ValueTest) {
        let source = jsonata::strip(text).filter(|_| self.flow.is_jsonata);
        let Some(outline) = source.and_then(|source| ExpressionOutline::parse(source).ok()) else {
            return;
        };
        self.is_computed = is_computed(&outline.form);
        for (chain, test) in &outline.tests {
            let is_plain =
                *test == ValueTest::Read && matches!(outline.form, jsonata::ValueForm::Chain(_));
            let test = if is_plain { whole } else { test };
            let (root, steps) = scope.locate_chain(chain);
            // A list may be too short, and a variable may have no value.
            let may_be_absent = scope.variables.contains_key(&chain.variable)
                || chain.steps.contains(&jsonata::ChainStep::Item);
            self.reads.is_uncertain |= may_be_absent && *test != ValueTest::Exists;
            self.read(&root, &steps, test);
        }
        self.is_computed = true;
        for pair in &outline.comparisons {
            let [left, right] = pair.sides.each_ref();
            let comparison = if pair.is_order {
                Comparison::NumberOrder
            } else {
                Comparison::Equality
            };
            let (left, right) = (scope.locate_chain(left), scope.locate_chain(right));
            self.compared(&left, &right, comparison);
        }
        self.is_computed = false;
    }

    fn jsonata_timestamp(&mut self, text: &str, scope: &ReadScope<'_>) {
        let source = jsonata::strip(text).filter(|_| self.flow.is_jsonata);
        let outline = source.and_then(|source| ExpressionOutline::parse(source).ok());
        for (chain, _) in outline.into_iter().flat_map(|outline| outline.tests) {
            let (root, steps) = scope.locate_chain(&chain);
            self.reads.is_uncertain |= scope.variables.contains_key(&chain.variable);
            self.read_timestamp(&root, &steps);
        }
    }

    fn path_or_call(&mut self, text: &str, scope: &ReadScope<'_>, test: &ValueTest) {
        if let Ok(path) = Path::parse(text) {
            return self.path(&path, scope, test);
        }
        if let Ok(call) = IntrinsicCall::parse(text) {
            self.call(&call, scope);
        }
    }

    fn path(&mut self, path: &Path, scope: &ReadScope<'_>, test: &ValueTest) {
        let (root, steps) = scope.locate(path);
        // A list may be too short, and a variable may have no value.
        let has_index = path
            .steps
            .iter()
            .any(|step| matches!(step, PathStep::Index(_)));
        let is_variable = path.variable().is_some();
        self.reads.is_uncertain |= (has_index || is_variable) && *test != ValueTest::Exists;
        self.read(&root, &steps, test);
        if has_index && *test == ValueTest::Exists {
            self.long_lists(path, &root, &steps);
        }
    }

    /// Requires lists in which the tested items are present and absent.
    fn long_lists(&mut self, path: &Path, root: &AbstractValue, steps: &[PartStep]) {
        for (at, step) in path.steps.iter().enumerate() {
            let PathStep::Index(index) = step else {
                continue;
            };
            let list = steps.get(..at).filter(|_| path.steps.len() == steps.len());
            match (list, usize::try_from(*index)) {
                (_, Ok(0)) => {}
                (Some(list), Ok(index)) if index < LONGEST_LIST => {
                    self.read(root, list, &ValueTest::Count(Json::from(index as u64)));
                }
                // No list of the search shows whether the item is there.
                _ => self.reads.has_unknown = true,
            }
        }
    }

    fn call(&mut self, call: &IntrinsicCall, scope: &ReadScope<'_>) {
        for call in call.all() {
            for (index, argument) in call.arguments.iter().enumerate() {
                let Argument::Path(path) = argument else {
                    continue;
                };
                if (call.function, index) == (Function::ArrayGetItem, 0) {
                    self.is_computed = true;
                    self.array_item(path, scope);
                    self.is_computed = false;
                    continue;
                }
                let test = match (call.function, index) {
                    (Function::MathAdd | Function::MathRandom | Function::ArrayRange, _)
                    | (Function::ArrayGetItem | Function::ArrayPartition, 1) => ValueTest::Number,
                    (
                        Function::ArrayLength
                        | Function::ArrayPartition
                        | Function::ArrayContains
                        | Function::ArrayUnique,
                        0,
                    ) => ValueTest::List,
                    _ => ValueTest::Read,
                };
                self.is_computed = true;
                self.path(path, scope, &test);
                self.is_computed = false;
            }
        }
    }

    /// Adds the read of one item of a list, which may be too short.
    fn array_item(&mut self, path: &Path, scope: &ReadScope<'_>) {
        let (root, mut steps) = scope.locate(path);
        steps.push(PartStep::Item);
        self.reads.is_uncertain = true;
        self.read(&root, &steps, &ValueTest::Read);
    }

    fn jsonpath_template(&mut self, template: &Json, scope: &ReadScope<'_>) {
        let mut open = vec![template];
        while let Some(value) = open.pop() {
            match value {
                Json::Object(members) => {
                    for (name, value) in members {
                        match (name.ends_with(".$"), value.as_str()) {
                            (true, Some(text)) => {
                                self.path_or_call(text, scope, &ValueTest::Read);
                            }
                            _ => open.push(value),
                        }
                    }
                }
                Json::Array(items) => open.extend(items),
                _ => {}
            }
        }
    }

    fn rule(&mut self, rule: &Object, scope: &ReadScope<'_>) {
        let has_default = self.has_default;
        let mut open = vec![(rule, false)];
        while let Some((members, is_negated)) = open.pop() {
            for name in ["And", "Or"] {
                let inner = members.get(name).and_then(Json::as_array);
                let inner = inner.into_iter().flatten().filter_map(Json::as_object);
                open.extend(inner.map(|inner| (inner, is_negated)));
            }
            let negated = members.get("Not").and_then(Json::as_object);
            open.extend(negated.map(|inner| (inner, true)));
            let variable = members.get("Variable").and_then(Json::as_str);
            let Some(path) = variable.and_then(|text| Path::parse(text).ok()) else {
                continue;
            };
            let comparison = members
                .iter()
                .find_map(|(name, operand)| Some((Operator::from_name(name)?, operand)));
            if let Some((operator, operand)) = comparison {
                // A different value satisfies the rule.
                self.has_default = has_default || is_negated;
                self.comparison(&path, operator, operand, scope);
            }
        }
        self.has_default = has_default;
    }

    fn comparison(
        &mut self,
        path: &Path,
        operator: Operator,
        operand: &Json,
        scope: &ReadScope<'_>,
    ) {
        let name = operator.name();
        if operator.is_path() {
            self.path(path, scope, &ValueTest::Read);
            if let Some(other) = operand.as_str().and_then(|text| Path::parse(text).ok()) {
                self.path(&other, scope, &ValueTest::Read);
                let (left, right) = (scope.locate(path), scope.locate(&other));
                self.compared(&left, &right, Comparison::of(operator));
            }
            return;
        }
        let test = match operator {
            Operator::IsPresent => ValueTest::Exists,
            Operator::IsNull => ValueTest::Equals(Json::Null),
            Operator::IsNumeric => ValueTest::Number,
            Operator::IsString | Operator::IsTimestamp => ValueTest::Read,
            Operator::IsBoolean => ValueTest::Truth,
            Operator::StringMatches => match operand.as_str() {
                Some(pattern) => {
                    ValueTest::Equals(Json::String(pattern.replace('*', "x").replace("\\x", "*")))
                }
                None => ValueTest::Read,
            },
            _ if operator.operand_type() == OperandType::Bool => ValueTest::Truth,
            _ if name.contains("Less") || name.contains("Greater") => {
                ValueTest::Threshold(operand.clone())
            }
            _ => ValueTest::Equals(operand.clone()),
        };
        if name.starts_with("Timestamp") {
            let (root, steps) = scope.locate(path);
            self.read_timestamp(&root, &steps);
        }
        self.path(path, scope, &test);
    }

    fn read_timestamp(&mut self, root: &AbstractValue, steps: &[PartStep]) {
        self.is_computed = true;
        let required = self.required(root, steps, &ValueTest::Read);
        self.is_computed = false;
        self.reads.timestamps.extend(required);
    }

    /// Adds two values that the state compares with each other. A literal is a test of the other
    /// value; two values from outside need each other's values.
    fn compared(
        &mut self,
        left: &(AbstractValue, Vec<PartStep>),
        right: &(AbstractValue, Vec<PartStep>),
        comparison: Comparison,
    ) {
        for (this, other) in [(left, right), (right, left)] {
            for literal in this.0.at(&this.1).into_literals() {
                self.read(&other.0, &other.1, &comparison.with(&literal));
            }
        }
        let test = match comparison {
            Comparison::NumberOrder => ValueTest::Number,
            _ => ValueTest::Read,
        };
        let [left, right] = [left, right].map(|(root, steps)| self.required(root, steps, &test));
        let pairs = left.iter().flat_map(|left| {
            let right = right.iter().filter(move |right| *right != left);
            right.map(move |right| [left.clone(), right.clone()])
        });
        self.reads
            .compared
            .extend(pairs.map(|sides| ComparedParts { sides, comparison }));
    }

    /// Adds a read, and returns the parts that it requires from outside of the definition.
    fn required(
        &mut self,
        root: &AbstractValue,
        steps: &[PartStep],
        test: &ValueTest,
    ) -> Vec<Origin> {
        let known = self.reads.required.len();
        self.read(root, steps, test);
        let added = self.reads.required.iter().skip(known);
        added.map(|part| part.origin.clone()).collect()
    }

    /// Adds a read. A part of the input that some states write and others do not is not required
    /// of the input: it is absent on the paths without a write.
    fn read(&mut self, root: &AbstractValue, steps: &[PartStep], test: &ValueTest) {
        let parts = root.select(steps);
        let is_written = parts.iter().any(|part| self.is_written_before(part));
        for part in &parts {
            self.reads.writers.extend(&part.writers);
            let mut open = vec![&part.value];
            while let Some(value) = open.pop() {
                match value {
                    AbstractValue::Missing if *test != ValueTest::Exists => {
                        self.reads.is_uncertain = true;
                    }
                    AbstractValue::Origin(origin) => {
                        let is_input = origin.source == ValueSource::Input;
                        let required = RequiredPart {
                            origin: origin.clone(),
                            test: test.clone(),
                            has_other: self.has_default,
                            is_decisive: self.is_computed || is_decisive(test),
                        };
                        if is_input && is_written && part.writers.is_empty() {
                            self.reads.is_uncertain |= *test != ValueTest::Exists;
                            self.reads.absent.push(required);
                        } else {
                            self.reads.required.push(required);
                        }
                    }
                    AbstractValue::OneOf(values) => open.extend(values),
                    AbstractValue::Literal(_) | AbstractValue::Missing => {}
                    AbstractValue::Unknown => {
                        self.reads.has_unknown = true;
                        self.reads.has_unknown_source |= part.writers.is_empty();
                    }
                    AbstractValue::Object { .. }
                    | AbstractValue::List(_)
                    | AbstractValue::Items(_) => {
                        self.reads.has_unknown = true;
                        self.reads.reads_whole |= self.is_computed;
                    }
                }
            }
        }
    }

    /// Returns whether a state wrote a part on a path that has not passed the reader before: the
    /// first pass of a loop reads what its input has.
    fn is_written_before(&self, part: &SelectedPart) -> bool {
        let reader = self.flow.state;
        part.writers
            .iter()
            .any(|writer| *writer != reader && self.is_reached_without(*writer, reader))
    }

    /// Returns whether a state is reached without passing another one.
    fn is_reached_without(&self, state: usize, without: usize) -> bool {
        let states = self.graph.states();
        let container = states[state].container;
        // A state inside of a container is passed when the container is.
        let mut avoided = without;
        while states[avoided].container != container {
            match self.graph.containers()[states[avoided].container].parent {
                Some(parent) => avoided = parent,
                None => return true,
            }
        }
        if avoided == state {
            return true;
        }
        let start = self.graph.containers()[container].start_at;
        let Some(start) = start.and_then(|start| self.graph.find(container, start)) else {
            return false;
        };
        let mut seen = vec![false; states.len()];
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            if at == avoided || std::mem::replace(&mut seen[at], true) {
                continue;
            }
            if at == state {
                return true;
            }
            open.extend(self.graph.successors(at).map(|(next, _)| next));
        }
        false
    }
}

/// Returns whether a test distinguishes values, and not only whether there is one.
fn is_decisive(test: &ValueTest) -> bool {
    match test {
        ValueTest::Equals(_)
        | ValueTest::Differs(_)
        | ValueTest::Threshold(_)
        | ValueTest::Truth
        | ValueTest::Number
        | ValueTest::Aggregate
        | ValueTest::Count(_) => true,
        ValueTest::Exists | ValueTest::List | ValueTest::Read => false,
    }
}

/// Returns whether a part of the form is not a chain, a literal or a structure of them.
fn is_computed(form: &jsonata::ValueForm) -> bool {
    let mut open = vec![form];
    while let Some(form) = open.pop() {
        match form {
            jsonata::ValueForm::Computed | jsonata::ValueForm::OneOf(_) => return true,
            jsonata::ValueForm::Object(members) => {
                open.extend(members.iter().map(|(_, form)| form))
            }
            jsonata::ValueForm::Merge(forms) | jsonata::ValueForm::List(forms) => {
                open.extend(forms)
            }
            jsonata::ValueForm::Chain(_) | jsonata::ValueForm::Literal(_) => {}
        }
    }
    false
}
