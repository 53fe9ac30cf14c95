//! Converts one state.

use stepwright_asl::edit::Edit;
use stepwright_asl::json::{Json, Object, escape};
use stepwright_asl::model::StateKind;
use stepwright_asl::path::{Path, PathStep, Root};

use super::choice;
use super::expr::Expr;
use super::literal_text::without_substitutions;
use super::note::Findings;
use super::path::of_text;
use super::scope::Scope;
use super::template::{literal, of_expression, of_template, to_template, to_text, value_edits};
use super::{Assumption, Difference};

/// Fields with a path, and the fields of JSONata with their values.
const PATH_FIELDS: [(&str, &str); 6] = [
    ("TimeoutSecondsPath", "TimeoutSeconds"),
    ("HeartbeatSecondsPath", "HeartbeatSeconds"),
    ("SecondsPath", "Seconds"),
    ("TimestampPath", "Timestamp"),
    ("ErrorPath", "Error"),
    ("CausePath", "Cause"),
];

/// The fields of a Map with a path.
const MAP_PATH_FIELDS: [(&str, &str); 3] = [
    ("MaxConcurrencyPath", "MaxConcurrency"),
    ("ToleratedFailureCountPath", "ToleratedFailureCount"),
    (
        "ToleratedFailurePercentagePath",
        "ToleratedFailurePercentage",
    ),
];

/// Errors of JSONPath fields. In JSONata, such a field fails with `States.QueryEvaluationError`.
const QUERY_ERRORS: [&str; 4] = [
    "States.ParameterPathFailure",
    "States.ResultPathMatchFailure",
    "States.ReferencePathConflict",
    "States.IntrinsicFailure",
];

/// The longest `ResultPath` that is converted, in steps.
const MAX_RESULT_STEPS: usize = 20;

/// Converts the fields of a state, apart from `QueryLanguage`. The edits are complete if there are
/// no notes that refuse the state.
pub(super) fn convert(
    state: &Object,
    kind: StateKind,
    pointer: &str,
    findings: &mut Findings<'_>,
) -> Vec<Edit> {
    let mut conversion = StateConversion {
        fields: Fields {
            object: state,
            pointer,
        },
        kind,
        edits: Vec::new(),
        findings,
    };
    // After a note without an expression the state is refused, so the edits do not matter.
    let _ = conversion.convert();
    conversion.edits
}

/// An object of the state and its pointer.
#[derive(Clone, Copy)]
struct Fields<'s> {
    object: &'s Object,
    pointer: &'s str,
}

impl<'s> Fields<'s> {
    fn at(&self, key: &str) -> String {
        format!("{}/{}", self.pointer, escape(key))
    }

    fn get(&self, key: &str) -> Option<&'s Json> {
        self.object.get(key)
    }
}

struct StateConversion<'s, 'f, 'm> {
    fields: Fields<'s>,
    kind: StateKind,
    edits: Vec<Edit>,
    findings: &'f mut Findings<'m>,
}

impl<'s> StateConversion<'s, '_, '_> {
    fn convert(&mut self) -> Option<()> {
        let input = match self.kind {
            StateKind::Fail => Expr::INPUT,
            _ => self.selected("InputPath", Expr::INPUT)?,
        };
        self.path_fields(self.fields, &PATH_FIELDS, &input)?;
        match self.kind {
            StateKind::Fail => {
                self.findings.flow.output = Expr::Literal(Json::Null);
                self.texts(&["Error", "Cause"])
            }
            StateKind::Succeed => self.output(&input, &Expr::INPUT),
            StateKind::Wait => {
                self.texts(&["Timestamp"])?;
                self.assign(self.fields, &input)?;
                self.output(&input, &Expr::INPUT)
            }
            StateKind::Choice => self.choice(&input),
            StateKind::Pass => self.pass(input),
            StateKind::Task => {
                self.template_field(self.fields, "Credentials", "Credentials", &input)?;
                self.arguments(&input)?;
                self.result()
            }
            StateKind::Parallel => {
                self.arguments(&input)?;
                self.result()
            }
            StateKind::Map => {
                self.map(&input)?;
                self.result()
            }
        }
    }

    /// A value selected by `InputPath` or `OutputPath`.
    fn selected(&mut self, key: &str, value: Expr) -> Option<Expr> {
        match self.fields.get(key) {
            None => Some(value),
            Some(Json::Null) => Some(Expr::Literal(Json::Object(Object::new()))),
            Some(path) => {
                let pointer = self.fields.at(key);
                let scope = Scope {
                    input: &value,
                    pointer: &pointer,
                };
                match path.as_str() {
                    Some(text) => of_text(text, scope, self.findings),
                    None => self.invalid(&pointer, "a path must be a string"),
                }
            }
        }
    }

    fn pass(&mut self, input: Expr) -> Option<()> {
        let result = match (self.fields.get("Result"), self.fields.get("Parameters")) {
            (Some(result), _) => literal(result, &self.fields.at("Result"), self.findings),
            (None, Some(_)) => self.template("Parameters", &input)?,
            (None, None) => input,
        };
        self.finish(result, &Expr::INPUT)
    }

    /// The output of a state with a result.
    fn result(&mut self) -> Option<()> {
        let result = match self.fields.get("ResultSelector") {
            Some(_) => self.template("ResultSelector", &Expr::RESULT)?,
            None => Expr::RESULT,
        };
        self.catchers()?;
        self.finish(result, &Expr::RESULT)
    }

    /// Converts Assign, ResultPath and OutputPath.
    fn finish(&mut self, result: Expr, default: &Expr) -> Option<()> {
        let is_assigned = self.fields.get("Assign").is_some();
        let is_kept = self.fields.get("ResultPath") != Some(&Json::Null);
        if is_assigned && is_kept && result.is_random() {
            let message = "`Assign` and the output would have different random values";
            let pointer = self.fields.at("Assign");
            self.findings
                .note(Difference::NoCounterpart, &pointer, message);
        }
        if let Some(name) = self.findings.own.assigned.clone() {
            return self.assign_result(&name, result, default);
        }
        self.assign(self.fields, &result)?;
        let output = self.placed(self.fields, result)?;
        self.output(&output, default)
    }

    /// Assigns the result to a variable. The output is the input.
    fn assign_result(&mut self, name: &str, result: Expr, default: &Expr) -> Option<()> {
        let fields = self.fields;
        if fields.get("Assign").is_some() {
            self.assign(fields, &result)?;
            let pointer = fields.at("Assign");
            let json = to_template(&result, &pointer, self.findings)?;
            let pointer = format!("{pointer}/{}", escape(name));
            self.edits.push(Edit::insert(pointer, json));
        } else {
            let assigned = Expr::Object(vec![(name.to_owned(), result)]);
            self.write_over(fields, "ResultPath", "Assign", &assigned)?;
        }
        self.output(&Expr::INPUT, default)
    }

    /// The template in a field.
    fn template(&mut self, key: &str, input: &Expr) -> Option<Expr> {
        let pointer = self.fields.at(key);
        let scope = Scope {
            input,
            pointer: &pointer,
        };
        of_template(self.fields.get(key)?, scope, self.findings)
    }

    /// The input with the result at the position of `ResultPath`.
    fn placed(&mut self, fields: Fields<'_>, result: Expr) -> Option<Expr> {
        let pointer = fields.at("ResultPath");
        let text = match fields.get("ResultPath") {
            None => return Some(result),
            Some(Json::Null) => return Some(Expr::INPUT),
            Some(Json::String(text)) => text,
            Some(_) => return self.invalid(&pointer, "a path must be a string"),
        };
        let path = match Path::parse(text) {
            Ok(path) if path.root == Root::Input => path,
            _ => return self.invalid(&pointer, "`ResultPath` must be a path from `$`"),
        };
        let mut names = Vec::with_capacity(path.steps.len());
        for step in &path.steps {
            match step {
                PathStep::Key(name) => names.push(name.as_str()),
                _ => {
                    let message = format!("`{text}` puts the result into a list");
                    self.findings
                        .note(Difference::NoCounterpart, &pointer, message);
                    return None;
                }
            }
        }
        if names.len() > MAX_RESULT_STEPS {
            let message = format!("the path has more than {MAX_RESULT_STEPS} steps");
            self.findings
                .note(Difference::NoCounterpart, &pointer, message);
            return None;
        }
        if !names.is_empty() {
            self.findings.assume(Assumption::Types);
        }
        if let [name] = names.as_slice()
            && self.fields.get("OutputPath").is_none()
        {
            self.findings.flow.placed = Some((*name).to_owned());
        }
        Some(put(Expr::INPUT, &names, result))
    }

    /// Writes the output of the state, after `OutputPath`.
    fn output(&mut self, value: &Expr, default: &Expr) -> Option<()> {
        let output = self.selected("OutputPath", value.clone())?;
        self.findings.flow.output = output.clone();
        let mut sources: Vec<&str> = match self.kind {
            StateKind::Pass => vec!["Result", "Parameters"],
            _ => Vec::new(),
        };
        sources.extend(["ResultSelector", "ResultPath", "OutputPath", "InputPath"]);
        if self.kind == StateKind::Choice {
            self.rule_outputs(&output)?;
        }
        let is_default = output == *default;
        self.write(
            self.fields,
            &sources,
            "Output",
            (!is_default).then_some(&output),
        )
    }

    /// Writes a field with the text of one of some fields that it replaces, and removes the others.
    fn write(
        &mut self,
        fields: Fields<'_>,
        sources: &[&str],
        key: &str,
        value: Option<&Expr>,
    ) -> Option<()> {
        let is_free = |edits: &[Edit], source: &str| {
            let pointer = fields.at(source);
            edits.iter().all(|edit| edit.pointer() != pointer)
        };
        let present: Vec<&str> = sources
            .iter()
            .copied()
            .filter(|source| fields.get(source).is_some() && is_free(&self.edits, source))
            .collect();
        let mut replaced = None;
        if let Some(value) = value {
            let first = present.first().copied();
            let pointer = first.map_or_else(|| fields.at(key), |first| fields.at(first));
            let json = to_template(value, &pointer, self.findings)?;
            match first {
                Some(first) => self.rename(fields, first, key, &json),
                // A variable has the position of `ResultPath`.
                None if fields.get("ResultPath").is_some() => {
                    let pointer = fields.at(key);
                    self.edits
                        .push(Edit::insert_after(pointer, "ResultPath", json));
                }
                None => self.edits.push(Edit::insert(fields.at(key), json)),
            }
            replaced = first;
        }
        for source in present {
            if Some(source) != replaced {
                self.edits.push(Edit::remove(fields.at(source)));
            }
        }
        Some(())
    }

    /// Writes a field with the position of another one.
    fn write_over(
        &mut self,
        fields: Fields<'_>,
        source: &str,
        key: &str,
        value: &Expr,
    ) -> Option<()> {
        let pointer = fields.at(source);
        let json = to_template(value, &pointer, self.findings)?;
        self.rename(fields, source, key, &json);
        Some(())
    }

    /// Renames a field and changes its value.
    fn rename(&mut self, fields: Fields<'_>, old: &str, new: &str, value: &Json) {
        let pointer = fields.at(old);
        if old != new {
            self.edits.push(Edit::rename(&pointer, new));
        }
        if let Some(before) = fields.get(old) {
            value_edits(before, value, &pointer, &mut self.edits);
        }
    }

    fn arguments(&mut self, input: &Expr) -> Option<()> {
        if self.fields.get("Parameters").is_some() {
            return self.template_field(self.fields, "Parameters", "Arguments", input);
        }
        self.findings.flow.uses.push(input.clone());
        let value = (*input != Expr::INPUT).then_some(input);
        match value {
            Some(_) => self.write(self.fields, &["InputPath"], "Arguments", value),
            None => Some(()),
        }
    }

    /// Converts a field with a payload template.
    fn template_field(
        &mut self,
        fields: Fields<'_>,
        key: &str,
        new: &str,
        input: &Expr,
    ) -> Option<()> {
        let Some(template) = fields.get(key) else {
            return Some(());
        };
        let pointer = fields.at(key);
        let scope = Scope {
            input,
            pointer: &pointer,
        };
        let value = of_template(template, scope, self.findings)?;
        let json = to_template(&value, &pointer, self.findings)?;
        self.findings.flow.uses.push(value);
        self.rename(fields, key, new, &json);
        Some(())
    }

    fn assign(&mut self, fields: Fields<'_>, input: &Expr) -> Option<()> {
        self.template_field(fields, "Assign", "Assign", input)
    }

    /// Converts fields with a path.
    fn path_fields(
        &mut self,
        fields: Fields<'_>,
        names: &[(&str, &str)],
        input: &Expr,
    ) -> Option<()> {
        for (old, new) in names {
            let Some(path) = fields.get(old) else {
                continue;
            };
            let pointer = fields.at(old);
            let Some(text) = path.as_str() else {
                return self.invalid(&pointer, "a path must be a string");
            };
            if fields.get(new).is_some() {
                let message = format!("the state has both `{old}` and `{new}`");
                return self.invalid(&pointer, &message);
            }
            let scope = Scope {
                input,
                pointer: &pointer,
            };
            let value = of_expression(text, scope, self.findings)?;
            self.findings.assume(Assumption::Types);
            let text = to_text(&value, &pointer, self.findings)?;
            self.findings.flow.uses.push(value);
            self.rename(fields, old, new, &Json::String(text));
        }
        Some(())
    }

    /// Converts literal texts, which could look like expressions.
    fn texts(&mut self, names: &[&str]) -> Option<()> {
        for name in names {
            if let Some(text @ Json::String(_)) = self.fields.get(name) {
                let pointer = self.fields.at(name);
                let value = Expr::Literal(text.clone());
                let json = to_template(&value, &pointer, self.findings)?;
                value_edits(text, &json, &pointer, &mut self.edits);
            }
        }
        Some(())
    }

    fn choice(&mut self, input: &Expr) -> Option<()> {
        let pointer = self.fields.at("Choices");
        let Some(rules) = self.fields.get("Choices").and_then(Json::as_array) else {
            return self.invalid(&pointer, "`Choices` must be a list of rules");
        };
        for (index, rule) in rules.iter().enumerate() {
            let pointer = format!("{pointer}/{index}");
            let Some(object) = rule.as_object() else {
                return self.invalid(&pointer, "a rule must be an object");
            };
            let scope = Scope {
                input,
                pointer: &pointer,
            };
            let condition = choice::condition(rule, scope, self.findings)?;
            let rule = Fields {
                object,
                pointer: &pointer,
            };
            self.rule(rule, condition, input)?;
        }
        self.assign(self.fields, input)?;
        self.output(input, &Expr::INPUT)
    }

    fn rule(&mut self, rule: Fields<'_>, condition: Expr, input: &Expr) -> Option<()> {
        let text = to_text(&condition, rule.pointer, self.findings)?;
        self.findings.flow.uses.push(condition);
        let is_condition = |key: &str| {
            matches!(key, "And" | "Or" | "Not" | "Variable")
                || stepwright_asl::model::Operator::from_name(key).is_some()
        };
        let mut names = rule.object.keys().filter(|key| is_condition(key));
        if let Some(first) = names.next() {
            let pointer = rule.at(first);
            self.edits.push(Edit::rename(&pointer, "Condition"));
            self.edits.push(Edit::replace(&pointer, text));
        }
        for other in names {
            self.edits.push(Edit::remove(rule.at(other)));
        }
        self.assign(rule, input)
    }

    /// Writes the output of a Choice into each rule: the output of the state is for `Default`.
    fn rule_outputs(&mut self, output: &Expr) -> Option<()> {
        if *output == Expr::INPUT {
            return Some(());
        }
        let pointer = self.fields.at("Choices");
        let json = to_template(output, &self.fields.at("OutputPath"), self.findings)?;
        let rules = self.fields.get("Choices").and_then(Json::as_array);
        for (index, rule) in rules.into_iter().flatten().enumerate() {
            let pointer = format!("{pointer}/{index}/Output");
            self.edits.push(match rule.get("Next") {
                Some(_) => Edit::insert_before(pointer, "Next", &json),
                None => Edit::insert(pointer, &json),
            });
        }
        Some(())
    }

    fn catchers(&mut self) -> Option<()> {
        for list in ["Retry", "Catch"] {
            let handlers = self.fields.get(list).and_then(Json::as_array);
            let outer = self.fields.at(list);
            for (index, handler) in handlers.into_iter().flatten().enumerate() {
                let Some(object) = handler.as_object() else {
                    continue;
                };
                let pointer = format!("{outer}/{index}");
                self.error_names(object, &pointer);
                if list == "Catch" {
                    let pointer = &pointer;
                    self.catcher(Fields { object, pointer })?;
                }
            }
        }
        Some(())
    }

    fn catcher(&mut self, catcher: Fields<'_>) -> Option<()> {
        self.assign(catcher, &Expr::ERROR_OUTPUT)?;
        let output = self.placed(catcher, Expr::ERROR_OUTPUT)?;
        self.findings.flow.placed = None;
        self.findings.flow.catches.push(output.clone());
        let value = (output != Expr::ERROR_OUTPUT).then_some(&output);
        self.write(catcher, &["ResultPath"], "Output", value)
    }

    /// Replaces the names of errors of JSONPath fields.
    fn error_names(&mut self, handler: &Object, pointer: &str) {
        const QUERY_ERROR: &str = "States.QueryEvaluationError";
        let Some(names) = handler.get("ErrorEquals").and_then(Json::as_array) else {
            return;
        };
        let mut has_query_error = names.iter().any(|name| name.as_str() == Some(QUERY_ERROR));
        for (index, name) in names.iter().enumerate() {
            let name = name.as_str().unwrap_or_default();
            let plain = without_substitutions(name);
            if !QUERY_ERRORS.contains(&plain.as_str()) {
                continue;
            }
            let pointer = format!("{pointer}/ErrorEquals/{index}");
            if plain != name {
                let message = "a template engine fills in the name of an error of JSONPath";
                self.findings
                    .note(Difference::UnknownValue, &pointer, message);
                continue;
            }
            self.edits.push(if has_query_error {
                Edit::remove(pointer)
            } else {
                Edit::replace(pointer, QUERY_ERROR)
            });
            has_query_error = true;
        }
    }

    fn map(&mut self, input: &Expr) -> Option<()> {
        let fields = self.fields;
        self.path_fields(fields, &MAP_PATH_FIELDS, input)?;
        self.findings.assume(Assumption::Types);
        if fields.get("ItemsPath").is_none() && fields.get("ItemReader").is_none() {
            self.findings.flow.uses.push(input.clone());
        }
        match fields.get("ItemsPath") {
            Some(_) => self.path_fields(fields, &[("ItemsPath", "Items")], input)?,
            None if *input != Expr::INPUT && fields.get("ItemReader").is_none() => {
                self.write(fields, &["InputPath"], "Items", Some(input))?;
            }
            None => {}
        }
        match fields.get("ItemSelector") {
            Some(_) => {
                self.item_selector("ItemSelector", input)?;
                if fields.get("Parameters").is_some() {
                    self.edits.push(Edit::remove(fields.at("Parameters")));
                }
            }
            None => self.item_selector("Parameters", input)?,
        }
        if fields.get("Iterator").is_some() && fields.get("ItemProcessor").is_none() {
            let pointer = fields.at("Iterator");
            self.edits.push(Edit::rename(pointer, "ItemProcessor"));
        }
        self.part("ItemBatcher", |this, batcher| {
            this.template_field(batcher, "BatchInput", "BatchInput", input)?;
            let names = [
                ("MaxItemsPerBatchPath", "MaxItemsPerBatch"),
                ("MaxInputBytesPerBatchPath", "MaxInputBytesPerBatch"),
            ];
            this.path_fields(batcher, &names, input)
        })?;
        self.part("ItemReader", |this, reader| {
            this.template_field(reader, "Parameters", "Arguments", input)?;
            let pointer = reader.at("ReaderConfig");
            match reader.get("ReaderConfig").and_then(Json::as_object) {
                Some(object) => {
                    let config = Fields {
                        object,
                        pointer: &pointer,
                    };
                    this.path_fields(config, &[("MaxItemsPath", "MaxItems")], input)
                }
                None => Some(()),
            }
        })?;
        self.part("ResultWriter", |this, writer| {
            this.template_field(writer, "Parameters", "Arguments", input)
        })
    }

    /// Converts the template of the items. An expression in it reads the context of an item, while
    /// `InputPath` reads that of the state: in a Map inside a Map, `$$.Map.Item` of the outer Map.
    fn item_selector(&mut self, key: &str, input: &Expr) -> Option<()> {
        let Some(template) = self.fields.get(key) else {
            return Some(());
        };
        let pointer = self.fields.at(key);
        if input.depends_on_item() {
            let scope = Scope {
                input: &Expr::INPUT,
                pointer: &pointer,
            };
            let mut discarded = Findings::new(self.findings.variables, self.findings.unknown);
            let Some(items) = of_template(template, scope, &mut discarded) else {
                // The same refusal, with its note.
                return of_template(template, scope, self.findings).map(drop);
            };
            if items.reads_input() {
                let message = "JSONata's context object has the item of this Map here, and that of the outer one at `InputPath`";
                self.findings
                    .note(Difference::NoCounterpart, &pointer, message);
                return None;
            }
        }
        self.template_field(self.fields, key, "ItemSelector", input)
    }

    /// Converts the object in a field.
    fn part(
        &mut self,
        key: &str,
        convert: impl FnOnce(&mut Self, Fields<'_>) -> Option<()>,
    ) -> Option<()> {
        let pointer = self.fields.at(key);
        match self.fields.get(key).and_then(Json::as_object) {
            Some(object) => {
                let part = Fields {
                    object,
                    pointer: &pointer,
                };
                convert(self, part)
            }
            None => Some(()),
        }
    }

    fn invalid<T>(&mut self, pointer: &str, message: &str) -> Option<T> {
        self.findings
            .note(Difference::InvalidState, pointer, message);
        None
    }
}

/// A value with another one at a path of names.
fn put(base: Expr, names: &[&str], value: Expr) -> Expr {
    let Some((name, rest)) = names.split_first() else {
        return value;
    };
    let value = put(base.clone().key(name), rest, value);
    let added = Expr::Object(vec![((*name).to_owned(), value)]);
    Expr::Merge(Box::new(base), Box::new(added))
}
