//! The file of properties, in YAML or JSON.

use std::path::Path;
use std::time::Duration;

use stepwright_asl::SyntaxError;
use stepwright_asl::json::{Document, Json, Object};
use stepwright_asl::similar::nearest;
use stepwright_asl::words::quoted;
#[cfg(feature = "yaml")]
use stepwright_asl::yaml::Format;
use stepwright_interpreter::value::Value;

use crate::event::Action;
use crate::expression::{EVENT_VARIABLES, TemplateError, ValueTemplate, parse_duration};
use crate::pattern::{COMPARED_FIELDS, Pattern};
use crate::property::{Formula, Property};
use crate::rule::Rule;
use crate::settings::{Compensation, Settings, TaskSettings};

/// A property file is invalid: where, and what.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct PropertyFileError {
    place: String,
    problem: String,
}

type Parsed<T> = Result<T, PropertyFileError>;

/// The operators of properties.
const OPERATORS: [&str; 9] = [
    "always",
    "never",
    "eventually",
    "leads_to",
    "before",
    "at_most",
    "not",
    "all",
    "any",
];

/// The fields next to an operator, with the operator to which they belong.
const MODIFIERS: &[(&str, &str)] = &[("after", "never"), ("of", "at_most"), ("per", "at_most")];

/// Levels of `all`, `any` and `not`.
const MAX_DEPTH: usize = 32;

impl Settings {
    /// Adds the content of a property file. The format is that of the file's name, or of the text.
    ///
    /// ```
    /// # #[cfg(feature = "yaml")] {
    /// use stepwright_explore::Settings;
    ///
    /// let mut settings = Settings::new();
    /// settings.add_file("orders.properties.yaml", r#"
    /// faults: 1
    /// tasks:
    ///   Charge: { errors: [CardDeclined] }
    /// compensates:
    ///   - { undo: Refund, of: Charge }
    /// properties:
    ///   - name: a charge is shipped or refunded
    ///     leads_to:
    ///       - { succeeded: Charge, bind: { charge: "{% $result.id %}" } }
    ///       - { called: Refund, arguments: { charge: "{% $charge %}" } }
    /// "#)?;
    /// assert_eq!(settings.properties[0].name, "a charge is shipped or refunded");
    ///
    /// let error = settings.add_file("p.yaml", "properties: [{ name: x, nevr: { called: A } }]");
    /// assert_eq!(error.unwrap_err().to_string(), "line 1, properties/0: `nevr` is no operator; did you mean `never`?");
    /// # }
    /// # Ok::<(), stepwright_explore::PropertyFileError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the text is neither YAML (with the feature `yaml`) nor JSON, or has unknown fields or
    /// invalid values.
    pub fn add_file(&mut self, name: impl AsRef<Path>, text: &str) -> Parsed<()> {
        let document = parsed(name.as_ref(), text)?;
        let reader = FileReader {
            document: &document,
        };
        reader.settings(self)
    }
}

#[cfg(feature = "yaml")]
fn parsed(name: &Path, text: &str) -> Parsed<Document> {
    let format = Format::of(name, text);
    format.parse(text).map_err(|error| syntax_error(&error))
}

/// Without the parser of YAML, a file is JSON.
#[cfg(not(feature = "yaml"))]
fn parsed(name: &Path, text: &str) -> Parsed<Document> {
    let is_json = text.trim_start().starts_with(['{', '[']);
    if is_json {
        return Document::parse(text).map_err(|error| syntax_error(&error));
    }
    Err(PropertyFileError {
        place: name.display().to_string(),
        problem: "the file is not JSON; the feature `yaml` reads YAML".to_owned(),
    })
}

fn syntax_error(error: &SyntaxError) -> PropertyFileError {
    PropertyFileError {
        place: match error.position {
            Some(position) => format!("line {}", position.line),
            None => "the file".to_owned(),
        },
        problem: error.message.clone(),
    }
}

struct FileReader<'d> {
    document: &'d Document,
}

/// A value in the file, with the keys and indices that lead to it.
#[derive(Clone, Debug)]
struct FileValue<'d> {
    json: &'d Json,
    place: Vec<String>,
}

impl<'d> FileValue<'d> {
    fn key(&self, key: &str) -> Option<FileValue<'d>> {
        let json = self.json.get(key)?;
        Some(self.inner(json, key.to_owned()))
    }

    fn inner(&self, json: &'d Json, key: String) -> FileValue<'d> {
        let mut place = self.place.clone();
        place.push(key);
        FileValue { json, place }
    }
}

impl<'d> FileReader<'d> {
    fn error<T>(&self, at: &FileValue<'d>, problem: impl Into<String>) -> Parsed<T> {
        let pointer: String = at
            .place
            .iter()
            .map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1")))
            .collect();
        let line = self
            .document
            .position(&pointer)
            .map(|position| position.line);
        let place = match (line, at.place.is_empty()) {
            (Some(line), true) => format!("line {line}"),
            (Some(line), false) => format!("line {line}, {}", at.place.join("/")),
            (None, _) => at.place.join("/"),
        };
        let problem = problem.into();
        Err(PropertyFileError { place, problem })
    }

    fn members(&self, at: &FileValue<'d>, noun: &str) -> Parsed<&'d Object> {
        match at.json.as_object() {
            Some(members) => Ok(members),
            None => self.error(at, format!("{noun} is an object with named members")),
        }
    }

    fn items(&self, at: &FileValue<'d>, noun: &str) -> Parsed<Vec<FileValue<'d>>> {
        match at.json.as_array() {
            Some(items) => {
                let items = items.iter().enumerate();
                Ok(items
                    .map(|(index, item)| at.inner(item, index.to_string()))
                    .collect())
            }
            None => self.error(at, format!("{noun} is a list")),
        }
    }

    fn text(&self, at: &FileValue<'d>, noun: &str) -> Parsed<&'d str> {
        match at.json.as_str() {
            Some(text) => Ok(text),
            None => self.error(at, format!("{noun} is a text")),
        }
    }

    fn texts(&self, at: &FileValue<'d>, noun: &str) -> Parsed<Vec<String>> {
        let items = self.items(at, &format!("the list of {noun}s"))?;
        let texts = items
            .iter()
            .map(|item| self.text(item, noun).map(str::to_owned));
        texts.collect()
    }

    fn number(&self, at: &FileValue<'d>) -> Parsed<u32> {
        let number = at
            .json
            .as_i64()
            .and_then(|number| u32::try_from(number).ok());
        match number {
            Some(number) => Ok(number),
            None => self.error(at, "give a number from 0"),
        }
    }

    fn flag(&self, at: &FileValue<'d>) -> Parsed<bool> {
        match at.json.as_bool() {
            Some(flag) => Ok(flag),
            None => self.error(at, "give `true` or `false`"),
        }
    }

    fn duration(&self, at: &FileValue<'d>) -> Parsed<Duration> {
        let text = match at.json {
            Json::Number(number) => number.to_string(),
            json => json.as_str().unwrap_or_default().to_owned(),
        };
        match parse_duration(&text) {
            Some(duration) => Ok(duration),
            None => self.error(at, "give a time, as in `90s`, `5m`, `2h` or `1d`"),
        }
    }

    /// Reports the first member that is not known.
    fn known(&self, at: &FileValue<'d>, known: &[&str]) -> Parsed<()> {
        let members = self.members(at, "this")?;
        for name in members.keys() {
            if !known.contains(&name.as_str()) {
                return self.error(at, unknown("field", name, known));
            }
        }
        Ok(())
    }

    fn template(
        &self,
        at: &FileValue<'d>,
        result: Result<Pattern, TemplateError>,
    ) -> Parsed<Pattern> {
        match result {
            Ok(pattern) => Ok(pattern),
            Err(error) => self.error(at, error.to_string()),
        }
    }

    fn settings(&self, settings: &mut Settings) -> Parsed<()> {
        let root = FileValue {
            json: self.document.json(),
            place: Vec::new(),
        };
        let fields = [
            "inputs",
            "tasks",
            "compensates",
            "properties",
            "rules",
            "faults",
            "loops",
            "within",
            "undeclaredErrors",
        ];
        self.known(&root, &fields)?;
        if let Some(inputs) = root.key("inputs") {
            let inputs = self.items(&inputs, "`inputs`")?;
            let inputs = inputs.iter().map(|input| Value::from(input.json));
            settings.inputs.extend(inputs);
        }
        if let Some(tasks) = root.key("tasks") {
            for (name, task) in self.members(&tasks, "`tasks`")? {
                let task = self.task(name, &tasks.inner(task, name.clone()))?;
                settings.tasks.push(task);
            }
        }
        if let Some(pairs) = root.key("compensates") {
            for pair in self.items(&pairs, "`compensates`")? {
                settings.compensations.push(self.compensation(&pair)?);
            }
        }
        if let Some(rules) = root.key("rules") {
            self.rules(&rules, settings)?;
        }
        if let Some(faults) = root.key("faults") {
            settings.faults = self.number(&faults)?;
        }
        if let Some(loops) = root.key("loops") {
            settings.loops = self.number(&loops)?;
        }
        if let Some(undeclared) = root.key("undeclaredErrors") {
            settings.undeclared_errors = self.flag(&undeclared)?;
        }
        if let Some(within) = root.key("within") {
            settings.within = Some(self.duration(&within)?);
        }
        if let Some(properties) = root.key("properties") {
            for property in self.items(&properties, "`properties`")? {
                settings.properties.push(self.property(&property)?);
            }
        }
        Ok(())
    }

    fn task(&self, name: &str, at: &FileValue<'d>) -> Parsed<TaskSettings> {
        self.known(at, &["results", "errors", "passes", "effect", "repeatable"])?;
        let mut task = TaskSettings {
            target: name.to_owned(),
            ..TaskSettings::default()
        };
        if let Some(results) = at.key("results") {
            let results = self.items(&results, "`results`")?;
            task.results = results
                .iter()
                .map(|result| Value::from(result.json))
                .collect();
        }
        if let Some(errors) = at.key("errors") {
            task.errors = self.texts(&errors, "error")?;
        }
        if let Some(passes) = at.key("passes") {
            task.passes = self.texts(&passes, "error")?;
        }
        if let Some(effect) = at.key("effect") {
            task.has_effect = Some(self.flag(&effect)?);
        }
        if let Some(repeatable) = at.key("repeatable")
            && self.flag(&repeatable)?
        {
            task.has_effect = Some(false);
        }
        Ok(task)
    }

    fn compensation(&self, at: &FileValue<'d>) -> Parsed<Compensation> {
        self.known(at, &["undo", "of"])?;
        let part = |name: &str| match at.key(name) {
            Some(value) => self.text(&value, "a task").map(str::to_owned),
            None => self.error(at, "give both tasks: `{ undo: Refund, of: Charge }`"),
        };
        Ok(Compensation {
            undo: part("undo")?,
            of: part("of")?,
        })
    }

    fn rules(&self, at: &FileValue<'d>, settings: &mut Settings) -> Parsed<()> {
        for (name, value) in self.members(at, "`rules`")? {
            let value = at.inner(value, name.clone());
            let Some(rule) = Rule::from_name(name) else {
                let names = Rule::ALL.map(Rule::name);
                return self.error(at, unknown("rule", name, &names));
            };
            match value.json {
                Json::Bool(true) => settings.off.remove(&rule),
                Json::Bool(false) => settings.off.insert(rule),
                json if json.as_str() == Some("on") => settings.off.remove(&rule),
                json if json.as_str() == Some("off") => settings.off.insert(rule),
                _ => return self.error(&value, "give `on` or `off`"),
            };
        }
        Ok(())
    }

    fn property(&self, at: &FileValue<'d>) -> Parsed<Property> {
        let name = match at.key("name") {
            Some(name) => self.text(&name, "the name of a property")?.to_owned(),
            None => return self.error(at, "the property has no `name`"),
        };
        Ok(Property::new(name, self.formula(at, &["name"], 0)?))
    }

    /// Returns the names of the operators of an object. `others` are members that belong to the
    /// object around it.
    fn operators(&self, at: &FileValue<'d>, others: &[&str]) -> Parsed<Vec<&'d str>> {
        let members = self.members(at, "a property")?;
        let mut operators: Vec<&str> = Vec::new();
        for name in members.keys() {
            let is_other = others.contains(&name.as_str())
                || MODIFIERS.iter().any(|(modifier, _)| modifier == name)
                || name == "within";
            if OPERATORS.contains(&name.as_str()) {
                operators.push(name);
            } else if !is_other {
                return self.error(at, unknown("operator", name, &OPERATORS));
            }
        }
        Ok(operators)
    }

    /// Checks that the modifiers of an object belong to its operator.
    fn check_modifiers(
        &self,
        at: &FileValue<'d>,
        operator: &str,
        within: Option<Duration>,
    ) -> Parsed<()> {
        for (modifier, of) in MODIFIERS {
            if *of != operator && at.key(modifier).is_some() {
                return self.error(
                    at,
                    format!("`{modifier}` belongs to `{of}`, not to `{operator}`"),
                );
            }
        }
        if within.is_some() && !["eventually", "leads_to"].contains(&operator) {
            return self.error(
                at,
                format!("`within` limits `eventually` and `leads_to`, not `{operator}`"),
            );
        }
        Ok(())
    }

    /// Reads the operator of an object. `others` are members that belong to the object around it.
    fn formula(&self, at: &FileValue<'d>, others: &[&str], depth: usize) -> Parsed<Formula> {
        if depth > MAX_DEPTH {
            return self.error(
                at,
                format!("more than {MAX_DEPTH} levels of `all`, `any` and `not`"),
            );
        }
        let operators = self.operators(at, others)?;
        let within = match at.key("within") {
            Some(within) => Some(self.duration(&within)?),
            None => None,
        };
        let operator = match (operators.as_slice(), within) {
            ([operator], _) => *operator,
            ([], Some(limit)) => return Ok(Formula::EndsWithin(limit)),
            ([], None) => {
                let all = quoted(OPERATORS);
                return self.error(
                    at,
                    format!("the property has no operator; give one of {all} or `within`"),
                );
            }
            ([first, second, ..], _) => {
                return self.error(
                    at,
                    format!("the property has two operators, `{first}` and `{second}`; join them with `all` or `any`"),
                );
            }
        };
        self.check_modifiers(at, operator, within)?;
        let Some(value) = at.key(operator) else {
            return self.error(at, format!("`{operator}` has no value"));
        };
        Ok(match operator {
            "always" => Formula::Always(self.pattern(&value)?),
            "never" => match at.key("after") {
                Some(first) => {
                    let first = self.pattern(&first)?;
                    let bound: Vec<String> = first.bound_names().map(str::to_owned).collect();
                    first.never_followed_by(self.pattern_with(&value, &bound)?)
                }
                None => Formula::Never(self.pattern(&value)?),
            },
            "eventually" => Formula::Eventually(self.pattern(&value)?, within),
            "leads_to" => {
                let (first, second) = self.pair(&value, operator)?;
                Formula::LeadsTo(first, second, within)
            }
            "before" => {
                let (first, second) = self.pair(&value, operator)?;
                Formula::Before(first, second)
            }
            "at_most" => {
                let count = self.number(&value)?;
                let Some(of) = at.key("of") else {
                    return self.error(at, "`at_most` counts the events of `of`: `{ at_most: 1, of: { called: Charge } }`");
                };
                let key = match at.key("per") {
                    Some(per) => {
                        let text = self.text(&per, "`per`")?;
                        match ValueTemplate::expression(text) {
                            Ok(key) => Some(key),
                            Err(error) => return self.error(&per, error.to_string()),
                        }
                    }
                    None => None,
                };
                Formula::AtMost(count, self.pattern(&of)?, key)
            }
            "not" => Formula::Not(Box::new(self.formula(&value, &[], depth + 1)?)),
            _ => {
                let parts = self.items(&value, &format!("`{operator}`"))?;
                let parts = parts.iter().map(|part| self.formula(part, &[], depth + 1));
                let parts: Vec<Formula> = parts.collect::<Parsed<_>>()?;
                match operator {
                    "all" => Formula::All(parts),
                    _ => Formula::Any(parts),
                }
            }
        })
    }

    fn pair(&self, at: &FileValue<'d>, operator: &str) -> Parsed<(Pattern, Pattern)> {
        let items = self.items(at, &format!("`{operator}`"))?;
        let [first, second] = items.as_slice() else {
            return self.error(at, format!("`{operator}` has two patterns"));
        };
        let first = self.pattern(first)?;
        let bound: Vec<String> = first.bound_names().map(str::to_owned).collect();
        let second = self.pattern_with(second, &bound)?;
        Ok((first, second))
    }

    fn pattern(&self, at: &FileValue<'d>) -> Parsed<Pattern> {
        self.pattern_with(at, &[])
    }

    fn pattern_with(&self, at: &FileValue<'d>, bound: &[String]) -> Parsed<Pattern> {
        let members = self.members(at, "a pattern")?;
        let actions = Action::ALL.map(Action::as_str);
        let mut fields: Vec<&str> = actions.to_vec();
        fields.extend(["where", "bind"]);
        fields.extend(COMPARED_FIELDS);
        self.known(at, &fields)?;
        let mut found = members.iter().filter_map(|(name, target)| {
            let target = at.inner(target, name.clone());
            Some((Action::from_name(name)?, target))
        });
        let Some((action, target)) = found.next() else {
            let all = quoted(actions);
            return self.error(at, format!("the pattern has no event; give one of {all}"));
        };
        if let Some((second, _)) = found.next() {
            return self.error(
                at,
                format!("the pattern has two events, `{action}` and `{second}`"),
            );
        }
        let mut pattern = match target.json {
            Json::String(text) if text == "*" => Pattern::any(action),
            Json::String(text) => Pattern::new(action, text.as_str()),
            Json::Null => Pattern::any(action),
            _ => {
                return self.error(
                    &target,
                    "give the name of a state, a function or a resource, or `*`",
                );
            }
        };
        for &field in COMPARED_FIELDS {
            if let Some(value) = at.key(field) {
                let result = pattern.has(field, value.json.clone());
                pattern = self.template(&value, result)?;
            }
        }
        if let Some(condition) = at.key("where") {
            let text = self.text(&condition, "`where`")?;
            let result = pattern.requires(text);
            pattern = self.template(&condition, result)?;
        }
        if let Some(binds) = at.key("bind") {
            for (name, value) in self.members(&binds, "`bind`")? {
                let value = binds.inner(value, name.clone());
                let name = name.trim_start_matches('$');
                if EVENT_VARIABLES.contains(&name) {
                    return self.error(
                        &value,
                        format!("`{name}` is a value of each event; choose another name"),
                    );
                }
                let text = self.text(&value, "a bound value")?;
                let result = pattern.bind(name, text);
                pattern = self.template(&value, result)?;
            }
        }
        let unknown_variable = pattern.variables().find(|variable| {
            !EVENT_VARIABLES.contains(variable) && !bound.iter().any(|name| name == variable)
        });
        if let Some(variable) = unknown_variable {
            let mut names: Vec<&str> = EVENT_VARIABLES.to_vec();
            names.extend(bound.iter().map(String::as_str));
            let hint = match nearest(variable, names.iter().copied()) {
                Some(name) => format!("; did you mean `${name}`?"),
                None => "; an event has the values of the reference, and a pattern binds others with `bind`".to_owned(),
            };
            return self.error(at, format!("`${variable}` has no value here{hint}"));
        }
        Ok(pattern)
    }
}

fn unknown(noun: &str, name: &str, known: &[&str]) -> String {
    let hint = match nearest(name, known.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("the {noun}s are {}", quoted(known)),
    };
    format!("`{name}` is no {noun}; {hint}")
}
