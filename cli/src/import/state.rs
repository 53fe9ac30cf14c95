//! The states of a machine, a branch or a Map's body.

use std::collections::HashMap;

use stepwright_asl::graph::{Graph, State};
use stepwright_asl::integrations::lookup;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::StateKind;

use super::condition;
use super::handlers::{edge, error_names, retries, shadowed};
use super::names::Names;
use super::plain::{fail, succeed, wait};
use super::task::{INVOKE, Place, Tasks};
use super::text::{Lines, Tree, duration, is_doc, literal};
use super::values;
use super::writing::{Language, MAX_SECONDS, Writing};

/// Writes states; what all of them share.
pub(super) struct Bodies<'m> {
    pub(super) graph: &'m Graph<'m>,
    pub(super) tasks: &'m mut Tasks,
    /// The Rust name of each state.
    pub(super) names: HashMap<&'m str, String>,
    /// The machine's.
    pub(super) language: Language,
    pub(super) all_jsonata: bool,
    /// The names of the items: that of an inner map is another than that of the outer.
    pub(super) items: Names,
}

impl<'m> Bodies<'m> {
    /// The states of a container, the first one first.
    pub(super) fn states(&mut self, container: usize, lines: &mut Lines) {
        let graph = self.graph;
        let body = &graph.containers()[container];
        let is_first = |state: &&usize| Some(graph.states()[**state].name) == body.start_at;
        let first = body.states.iter().filter(is_first);
        let others = body.states.iter().filter(|state| !is_first(state));
        for (index, state) in first.chain(others).enumerate() {
            if index > 0 && container == 0 {
                lines.line("");
            }
            self.state(&graph.states()[*state], lines);
        }
    }

    fn identifier(&self, name: &str) -> String {
        self.names
            .get(name)
            .cloned()
            .unwrap_or_else(|| name.to_owned())
    }

    fn state(&mut self, state: &'m State<'m>, lines: &mut Lines) {
        let own = Language::of(state.object);
        let language = own.unwrap_or(self.language);
        let mut writing = Writing {
            object: state.object,
            jsonata: language == Language::Jsonata,
            said: Object::new(),
            done: vec!["Type"],
        };
        if let Some(comment) = writing.text("Comment")
            && is_doc(comment)
        {
            lines.docs(comment);
            writing.done.push("Comment");
        }
        let identifier = self.identifier(state.name);
        if identifier != state.name {
            lines.line(&format!("#[name = {}]", literal(state.name)));
        }
        let Some(kind) = state.kind else {
            return;
        };
        let mut inside = lines.apart();
        inside.indent();
        if language != self.language {
            let name = if writing.jsonata {
                "JSONata"
            } else {
                "JSONPath"
            };
            inside.line(&format!("query_language {name};"));
        }
        if writing.jsonata && !self.all_jsonata {
            writing.says("QueryLanguage", "JSONata");
        }
        match kind {
            StateKind::Task => self.task(state, &mut writing, &mut inside),
            StateKind::Pass | StateKind::Succeed => {}
            StateKind::Choice => self.choice(&mut writing, &mut inside),
            StateKind::Wait => wait(&mut writing, &mut inside),
            StateKind::Fail => {}
            StateKind::Parallel => self.parallel(state, &mut writing, &mut inside),
            StateKind::Map => self.map(state, &mut writing, &mut inside),
        }
        let ending = match kind {
            StateKind::Fail => fail(&mut writing),
            StateKind::Succeed => succeed(&mut writing),
            StateKind::Choice => None,
            _ => Some(self.transition(state, &mut writing)),
        };
        if matches!(kind, StateKind::Task | StateKind::Parallel | StateKind::Map) {
            limits(kind, &mut writing, &mut inside);
            retries(&mut writing, &mut inside);
            self.catches(&mut writing, &mut inside);
        }
        let raw = writing.raw();
        if !raw.is_empty() {
            inside.tree("raw ", &Tree::fields(&raw), "");
        }
        if let Some(ending) = ending {
            inside.line(&ending);
        }
        let head = format!("{} {identifier}", keyword(kind));
        if inside.is_empty() {
            return lines.line(&format!("{head};"));
        }
        if let Some(only) = inside.only_line() {
            let line = format!("{head} {{ {only} }}");
            if lines.fits(&line) {
                return lines.line(&line);
            }
        }
        lines.line(&format!("{head} {{"));
        lines.append(&inside);
        lines.line("}");
    }

    /// `next X;` or `end;`
    fn transition(&mut self, state: &State<'_>, writing: &mut Writing<'_>) -> String {
        writing.done.extend(["Next", "End"]);
        if let Some(next) = writing.text("Next") {
            return format!("next {};", self.identifier(next));
        }
        // A branch or body whose states end with values of different types: what these give is any JSON.
        let several =
            state.container > 0 && matches!(state.kind, Some(StateKind::Parallel | StateKind::Map));
        let many = matches!(state.kind, Some(StateKind::Parallel)) && state.inner.len() > 8;
        match (several || many, writing.jsonata) {
            (false, _) => "end;".to_owned(),
            (true, false) => r#"end path!("$", Value);"#.to_owned(),
            (true, true) => r#"end jsonata!("$states.result", Value);"#.to_owned(),
        }
    }

    fn task(&mut self, state: &State<'_>, writing: &mut Writing<'_>, lines: &mut Lines) {
        let Some(resource) = writing.text("Resource") else {
            return;
        };
        let field = if writing.jsonata {
            "Arguments"
        } else {
            "Parameters"
        };
        let sent = writing.get(field).and_then(Json::as_object);
        let (base, waits) = match resource.strip_suffix(".waitForTaskToken") {
            Some(base) => (base, true),
            None => (resource, false),
        };
        let function = sent
            .and_then(|sent| sent.get("FunctionName"))
            .and_then(Json::as_str)
            .filter(|name| !name.starts_with("{%"));
        let wait = if waits { "wait_for_task_token " } else { "" };
        let input = if writing.jsonata {
            r#"jsonata!("$states.input")"#
        } else {
            r#"path!("$")"#
        };
        if let (INVOKE, Some(function)) = (base, function) {
            let payload = sent
                .and_then(|sent| sent.get("Payload"))
                .and_then(Json::as_object);
            let place = Place::Function(function.to_owned());
            let name = self.tasks.call(place, state.name, payload);
            lines.line(&format!("{wait}{name}({input});"));
            writing.says("Resource", resource);
            let mut said = Object::new();
            said.insert("FunctionName".to_owned(), Json::String(function.to_owned()));
            if writing.jsonata {
                let payload = Json::String("{% $states.input %}".to_owned());
                said.insert("Payload".to_owned(), payload);
            } else {
                said.insert("Payload.$".to_owned(), Json::String("$".to_owned()));
            }
            writing.said.insert(field.to_owned(), Json::Object(said));
            if !waits {
                // The function's result is taken out of the envelope.
                if writing.jsonata {
                    writing.says("Output", "{% $states.result.Payload %}");
                } else {
                    writing.says("OutputPath", "$.Payload");
                }
            }
            return;
        }
        if !waits && is_own(resource) {
            let place = Place::Resource(resource.to_owned());
            let name = self.tasks.call(place, state.name, sent);
            lines.line(&format!("{name}({input});"));
            writing.says("Resource", resource);
            if writing.jsonata {
                writing.says("Arguments", "{% $states.input %}");
            }
            return;
        }
        // What the macro does not know stands in `raw`.
        let found = lookup(resource);
        if found.is_ok() || resource.contains("${") {
            writing.says("Resource", resource);
        }
        let fits = |sent: &&Object| {
            let names = sent.keys().map(|key| match writing.jsonata {
                true => key.as_str(),
                false => key.strip_suffix(".$").unwrap_or(key),
            });
            found
                .as_ref()
                .map_or(true, |found| found.check_arguments(names).is_empty())
        };
        let arguments = sent.filter(fits);
        let arguments = arguments.and_then(|sent| values::arguments(sent, writing.jsonata));
        let before = format!("{wait}service {}", literal(base));
        match arguments {
            Some(arguments) => {
                writing.done.push(field);
                lines.tree(&format!("{before} "), &arguments, ";");
            }
            None => lines.line(&format!("{before};")),
        }
    }

    fn choice(&mut self, writing: &mut Writing<'_>, lines: &mut Lines) {
        writing.done.extend(["Choices", "Default"]);
        let rules = writing.get("Choices").and_then(Json::as_array);
        for rule in rules.unwrap_or_default() {
            let Json::Object(rule) = rule else {
                continue;
            };
            let mut rest = rule.clone();
            let next = rest.shift_remove("Next");
            let next = self.identifier(next.as_ref().and_then(Json::as_str).unwrap_or_default());
            let said = if writing.jsonata {
                let condition = rest.get("Condition").and_then(Json::as_str);
                let condition = condition.and_then(values::expression);
                condition.map(|condition| (condition, vec!["Condition"]))
            } else {
                condition::said(rule)
            };
            match said {
                Some((condition, fields)) => {
                    for field in fields {
                        rest.shift_remove(field);
                    }
                    edge(&format!("when {condition}"), &rest, &next, lines);
                }
                None => {
                    let fields = Tree::raw(&Json::Object(rest));
                    lines.tree("when raw ", &fields, &format!(" => {next};"));
                }
            }
        }
        match writing.text("Default") {
            Some(default) => lines.line(&format!("otherwise => {};", self.identifier(default))),
            None => lines.line("otherwise fail;"),
        }
    }

    fn catches(&mut self, writing: &mut Writing<'_>, lines: &mut Lines) {
        let Some(catchers) = writing.get("Catch").and_then(Json::as_array) else {
            return;
        };
        if !catchers.is_empty() {
            writing.done.push("Catch");
        }
        let shadowed = shadowed(catchers);
        for (catcher, shadowed) in catchers.iter().zip(shadowed) {
            let Json::Object(catcher) = catcher else {
                continue;
            };
            if shadowed {
                // The macro refuses a catcher that never catches; the whole list stands in `raw`.
                writing.done.retain(|field| *field != "Catch");
                continue;
            }
            let mut rest = catcher.clone();
            let next = rest.shift_remove("Next");
            let next = self.identifier(next.as_ref().and_then(Json::as_str).unwrap_or_default());
            let names = match error_names(catcher) {
                Some(names) => {
                    rest.shift_remove("ErrorEquals");
                    names
                }
                None => r#""named in raw""#.to_owned(),
            };
            edge(&format!("catch {names}"), &rest, &next, lines);
        }
    }

    fn parallel(&mut self, state: &State<'_>, writing: &mut Writing<'_>, lines: &mut Lines) {
        writing.done.push("Branches");
        for (index, container) in state.inner.iter().enumerate() {
            lines.open("branch {");
            let mut rest = self.graph.containers()[*container].object.clone();
            rest.shift_remove("StartAt");
            rest.shift_remove("States");
            body_fields(rest, &Object::new(), lines);
            self.states(*container, lines);
            let end = if index + 1 < state.inner.len() {
                "}"
            } else {
                "};"
            };
            lines.close(end);
        }
    }

    fn map(&mut self, state: &State<'_>, writing: &mut Writing<'_>, lines: &mut Lines) {
        let Some(container) = state.inner.first() else {
            return;
        };
        let iterator = !writing.object.contains_key("ItemProcessor");
        let body = self.graph.containers()[*container].object;
        let mut rest = body.clone();
        rest.shift_remove("StartAt");
        rest.shift_remove("States");
        let mut said = Object::new();
        if iterator {
            writing.done.push("Iterator");
            lines.line("iterator;");
        } else {
            writing.done.push("ItemProcessor");
            let config = config(body);
            if let Some(line) = distributed(&config) {
                lines.line(line);
                said.insert("ProcessorConfig".to_owned(), config);
            } else {
                let inline =
                    Object::from_iter([("Mode".to_owned(), Json::String("INLINE".to_owned()))]);
                said.insert("ProcessorConfig".to_owned(), Json::Object(inline));
            }
        }
        let items = if writing.jsonata {
            let own = writing.text("Items").and_then(values::expression);
            match own {
                Some(items) => {
                    writing.done.push("Items");
                    items
                }
                None => {
                    writing.says("Items", "{% $states.input %}");
                    r#"jsonata!("$states.input")"#.to_owned()
                }
            }
        } else {
            let own = writing.text("ItemsPath").and_then(values::path);
            match own {
                Some(items) => {
                    writing.done.push("ItemsPath");
                    items
                }
                None => {
                    writing.says("ItemsPath", "$");
                    r#"path!("$")"#.to_owned()
                }
            }
        };
        let item = self.items.unique("_item".to_owned());
        lines.open(&format!("for {item}: Value in {items} {{"));
        body_fields(rest, &said, lines);
        self.states(*container, lines);
        lines.close("};");
    }
}

/// `ProcessorConfig`, or an empty one.
fn config(body: &Object) -> Json {
    body.get("ProcessorConfig")
        .cloned()
        .unwrap_or_else(|| Json::Object(Object::new()))
}

/// The statement that writes this `ProcessorConfig`, where it is a Distributed Map's.
fn distributed(config: &Json) -> Option<&'static str> {
    let Json::Object(config) = config else {
        return None;
    };
    let mode = config.get("Mode").and_then(Json::as_str);
    match (
        mode,
        config.get("ExecutionType").and_then(Json::as_str),
        config.len(),
    ) {
        (Some("DISTRIBUTED"), Some("STANDARD"), 2) => Some("distributed;"),
        (Some("DISTRIBUTED"), Some("EXPRESS"), 2) => Some("distributed express;"),
        _ => None,
    }
}

/// The fields of a branch or body that are not its states.
fn body_fields(rest: Object, said: &Object, lines: &mut Lines) {
    let mut fields: Vec<(String, Option<Json>)> = Vec::new();
    for key in said.keys().filter(|key| !rest.contains_key(*key)) {
        fields.push((key.clone(), None));
    }
    for (key, value) in rest {
        if said.get(&key) != Some(&value) {
            fields.push((key, Some(value)));
        }
    }
    if !fields.is_empty() {
        lines.tree("raw ", &Tree::fields(&fields), "");
    }
}

/// Timeouts and numbers of a task, parallel or map.
fn limits(kind: StateKind, writing: &mut Writing<'_>, lines: &mut Lines) {
    match kind {
        StateKind::Task => {
            let timeout = writing.whole("TimeoutSeconds", 1, MAX_SECONDS);
            if let Some(seconds) = timeout {
                writing.done.push("TimeoutSeconds");
                lines.line(&format!("timeout {};", duration(seconds)));
            }
            let most = timeout.unwrap_or(MAX_SECONDS) - 1;
            if let Some(seconds) = writing.whole("HeartbeatSeconds", 1, most) {
                writing.done.push("HeartbeatSeconds");
                lines.line(&format!("heartbeat {};", duration(seconds)));
            }
        }
        StateKind::Map => {
            if let Some(limit) = writing.whole("MaxConcurrency", 0, 10_000) {
                writing.done.push("MaxConcurrency");
                lines.line(&format!("max_concurrency {limit};"));
            }
        }
        _ => {}
    }
}

/// Whether the resource is somebody's own function or activity: an ARN of one, or a placeholder.
fn is_own(resource: &str) -> bool {
    (resource.contains(":lambda:") && resource.contains(":function:"))
        || (resource.contains(":states:") && resource.contains(":activity:"))
        || (resource.starts_with("${") && resource.ends_with('}'))
}

fn keyword(kind: StateKind) -> &'static str {
    match kind {
        StateKind::Task => "task",
        StateKind::Pass => "pass",
        StateKind::Choice => "choice",
        StateKind::Wait => "wait",
        StateKind::Succeed => "succeed",
        StateKind::Fail => "fail",
        StateKind::Parallel => "parallel",
        StateKind::Map => "map",
    }
}
