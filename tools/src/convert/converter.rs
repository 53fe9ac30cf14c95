//! The [`Converter`].

use std::collections::{BTreeSet, HashMap, HashSet};

use stepwright_asl::TextLocation;
use stepwright_asl::edit::Edit;
use stepwright_asl::graph::Graph;
use stepwright_asl::json::{Document, Json, Object, escape};
use stepwright_asl::model::QueryLanguage;
use stepwright_asl::substitution::{is_substitution, open_members};

use super::note::Findings;
use super::variables::{DataFlow, StateVariables, plan};
use super::{Conversion, ConvertedState, Difference, Note, RefusedState, state};

/// Converts states from JSONPath to JSONata; see [`convert`](super).
#[derive(Debug, Clone, Default)]
pub struct Converter {
    states: Vec<String>,
    accepted: BTreeSet<Difference>,
    variables: bool,
}

impl Converter {
    /// Converts all states of a machine.
    pub fn new() -> Converter {
        Converter::default()
    }

    /// Converts only this state, and others that are named in the same manner: a name, or a pointer
    /// such as `/States/Charge`. A name means all states with this name.
    #[must_use]
    pub fn state(mut self, state: impl Into<String>) -> Converter {
        self.states.push(state.into());
        self
    }

    /// Converts states in spite of a difference. A difference that is not
    /// [acceptable](Difference::is_acceptable) refuses its state in any case.
    #[must_use]
    pub fn accept(mut self, difference: Difference) -> Converter {
        self.accepted.insert(difference);
        self
    }

    /// Makes a variable of a result that `ResultPath` carries to only one later state.
    #[must_use]
    pub fn with_variables(mut self) -> Converter {
        self.variables = true;
        self
    }

    /// Converts the states of a definition: a text in JSON or YAML, or the part of a template with
    /// one definition. States that are JSONata already remain as they are.
    ///
    /// ```
    /// use stepwright_tools::convert::{Converter, Difference};
    /// use stepwright_asl::json::Document;
    ///
    /// let document = Document::parse(r#"{"StartAt": "Ids", "States": {
    ///     "Ids": {"Type": "Pass", "Parameters": {"ids.$": "$.items[*].id"}, "End": true}}}"#)?;
    /// let conversion = Converter::new().convert(&document);
    /// assert!(conversion.edits.is_empty() && conversion.states.is_empty());
    /// assert_eq!(conversion.notes[0].difference, Difference::FlattenedLists);
    /// assert_eq!(conversion.notes[0].location.pointer, "/States/Ids/Parameters/ids.$");
    ///
    /// let conversion = Converter::new().accept(Difference::FlattenedLists).convert(&document);
    /// assert_eq!(conversion.states[0].name, "Ids");
    /// assert!(conversion.is_whole);
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    pub fn convert(&self, document: &Document) -> Conversion {
        let mut conversion = Conversion::default();
        let json = document.json();
        let graph = Graph::of(json);
        self.find_unknown_states(&graph, &mut conversion);
        let Some(machine) = json.as_object() else {
            return conversion;
        };
        if QueryLanguage::of(machine) == Some(QueryLanguage::Jsonata) {
            return conversion;
        }
        let variables = variables(&graph);
        let unknown: HashSet<String> = document.unknown_values().into_iter().collect();
        let mut session = Session {
            converter: self,
            document,
            variables: &variables,
            unknown: &unknown,
            conversion,
            languages: Vec::new(),
            is_whole: true,
        };
        let mut planned = session.plan(&graph);
        for (index, state) in graph.states().iter().enumerate() {
            session.state(state, planned.remove(&index).unwrap_or_default());
        }
        session.finish(machine)
    }

    fn find_unknown_states(&self, graph: &Graph<'_>, conversion: &mut Conversion) {
        let wanted = self.states.iter();
        let unknown = wanted.filter(|wanted| {
            let mut states = graph.states().iter();
            !states.any(|state| is_named(wanted, state.name, &state.pointer.to_string()))
        });
        conversion.unknown_states = unknown.cloned().collect();
    }

    fn wants(&self, name: &str, pointer: &str) -> bool {
        self.states.is_empty()
            || self
                .states
                .iter()
                .any(|wanted| is_named(wanted, name, pointer))
    }
}

fn is_named(wanted: &str, name: &str, pointer: &str) -> bool {
    wanted == name || wanted == pointer
}

/// The names of the variables that any state assigns.
fn variables(graph: &Graph<'_>) -> HashSet<String> {
    let mut names = HashSet::new();
    let mut add = |object: &Object| {
        let assign = object.get("Assign").and_then(Json::as_object);
        for key in assign.into_iter().flat_map(Object::keys) {
            names.insert(key.strip_suffix(".$").unwrap_or(key).to_owned());
        }
    };
    for state in graph.states() {
        add(state.object);
        for list in ["Catch", "Choices"] {
            let parts = state.object.get(list).and_then(Json::as_array);
            let parts = parts.into_iter().flatten();
            parts.filter_map(Json::as_object).for_each(&mut add);
        }
    }
    names
}

struct Session<'c, 'd> {
    converter: &'c Converter,
    document: &'d Document,
    variables: &'c HashSet<String>,
    unknown: &'c HashSet<String>,
    conversion: Conversion,
    /// The edits of `QueryLanguage` for each state: of a whole machine, and otherwise.
    languages: Vec<LanguageEdits>,
    is_whole: bool,
}

/// How `QueryLanguage` of one state changes.
struct LanguageEdits {
    whole: Option<Edit>,
    single: Option<Edit>,
    /// Pointer to the member before which `QueryLanguage` would be inserted.
    neighbour: Option<String>,
}

/// The member after the one with this key.
fn following<'s>(object: &'s Object, key: &str) -> Option<&'s str> {
    let mut keys = object.keys().skip_while(|other| *other != key);
    keys.nth(1).map(String::as_str)
}

impl Session<'_, '_> {
    /// The results that become variables.
    fn plan(&self, graph: &Graph<'_>) -> HashMap<usize, StateVariables> {
        if !self.converter.variables {
            return HashMap::new();
        }
        let flows = graph.states().iter().map(|state| self.flow(state));
        let flows: Vec<Option<DataFlow>> = flows.collect();
        plan(graph, &flows, self.variables)
    }

    /// How a state that will be converted uses and passes on its input.
    fn flow(&self, state: &stepwright_asl::graph::State<'_>) -> Option<DataFlow> {
        let pointer = state.pointer.to_string();
        let is_jsonata = QueryLanguage::of(state.object) == Some(QueryLanguage::Jsonata);
        if is_jsonata || !self.converter.wants(state.name, &pointer) {
            return None;
        }
        let mut findings = Findings::new(self.variables, self.unknown);
        self.find_placeholders(state.object, &pointer, &mut findings);
        state::convert(state.object, state.kind?, &pointer, &mut findings);
        let mut notes = findings.notes.iter();
        notes
            .all(|finding| self.accepts(finding.difference))
            .then_some(findings.flow)
    }

    fn accepts(&self, difference: Difference) -> bool {
        difference.is_acceptable() && self.converter.accepted.contains(&difference)
    }

    fn state(&mut self, state: &stepwright_asl::graph::State<'_>, variables: StateVariables) {
        let pointer = state.pointer.to_string();
        let own = format!("{pointer}/QueryLanguage");
        if QueryLanguage::of(state.object) == Some(QueryLanguage::Jsonata) {
            self.languages.push(LanguageEdits {
                whole: Some(Edit::remove(own)),
                single: None,
                neighbour: None,
            });
            return;
        }
        if !self.converter.wants(state.name, &pointer) {
            self.is_whole = false;
            return;
        }
        let mut findings = Findings::new(self.variables, self.unknown);
        findings.own = variables;
        let edits = match state.kind {
            Some(kind) => {
                self.find_placeholders(state.object, &pointer, &mut findings);
                state::convert(state.object, kind, &pointer, &mut findings)
            }
            None => {
                let message = "the state has no known `Type`";
                findings.note(Difference::InvalidState, &pointer, message);
                Vec::new()
            }
        };
        if self.take_notes(&findings, &pointer) {
            self.is_whole = false;
            self.conversion.refused.push(RefusedState {
                name: state.name.to_owned(),
                pointer,
            });
            return;
        }
        let has_language = state.object.contains_key("QueryLanguage");
        let language = QueryLanguage::Jsonata.as_str();
        let single = Some(if has_language {
            Edit::replace(&own, language)
        } else {
            Edit::insert_after(&own, "Type", language)
        });
        let next = following(state.object, "Type").map(|key| format!("{pointer}/{}", escape(key)));
        self.languages.push(LanguageEdits {
            whole: has_language.then(|| Edit::remove(&own)),
            single,
            neighbour: next.filter(|_| !has_language),
        });
        self.conversion.edits.extend(edits);
        self.conversion.states.push(ConvertedState {
            name: state.name.to_owned(),
            pointer,
            assumptions: findings.assumptions.into_iter().collect(),
        });
    }

    /// Adds notes for placeholders without quotes. A value in a template remains as it is.
    fn find_placeholders(&self, state: &Object, pointer: &str, findings: &mut Findings<'_>) {
        let has_language = state.get("QueryLanguage").and_then(Json::as_str);
        let is_open = open_members(state).is_some();
        if is_open || has_language.is_some_and(is_substitution) {
            let message = "a template engine fills in fields of the state";
            findings.note(Difference::UnknownValue, pointer, message);
        }
    }

    /// Adds the notes of a state. Returns whether one of them refuses it.
    fn take_notes(&mut self, findings: &Findings<'_>, pointer: &str) -> bool {
        let mut refuses = false;
        for finding in &findings.notes {
            let difference = finding.difference;
            let accepted = self.accepts(difference);
            refuses |= !accepted;
            self.conversion.notes.push(Note {
                difference,
                state: pointer.to_owned(),
                location: TextLocation::of(self.document, finding.pointer.clone()),
                message: finding.message.clone(),
                accepted,
            });
        }
        refuses
    }

    fn finish(mut self, machine: &Object) -> Conversion {
        let is_open = open_members(machine).is_some()
            || machine
                .get("QueryLanguage")
                .and_then(Json::as_str)
                .is_some_and(is_substitution);
        let is_changed = !self.conversion.states.is_empty();
        self.is_whole &= is_changed && !is_open;
        self.conversion.is_whole = self.is_whole;
        if self.is_whole {
            self.conversion.edits.push(machine_language(machine));
        }
        self.set_languages();
        self.conversion
    }

    /// Adds the edits of the field `QueryLanguage` of each state.
    fn set_languages(&mut self) {
        let edits = &mut self.conversion.edits;
        let removed = edits.iter().enumerate();
        let removed: HashMap<String, usize> = removed
            .filter(|(_, edit)| matches!(edit, Edit::Remove { .. }))
            .map(|(at, edit)| (edit.pointer().to_owned(), at))
            .collect();
        for language in self.languages.drain(..) {
            let neighbour = language.neighbour.as_ref();
            let at = neighbour.and_then(|neighbour| Some((neighbour, *removed.get(neighbour)?)));
            match at {
                _ if self.is_whole => edits.extend(language.whole),
                // The field gets the position of the removed one: both would change the same text.
                Some((pointer, at)) => {
                    edits[at] = Edit::rename(pointer, "QueryLanguage");
                    let language = QueryLanguage::Jsonata.as_str();
                    edits.push(Edit::replace(pointer, language));
                }
                None => edits.extend(language.single),
            }
        }
    }
}

/// The edit that makes JSONata the query language of the machine.
fn machine_language(machine: &Object) -> Edit {
    let language = QueryLanguage::Jsonata.as_str();
    if machine.contains_key("QueryLanguage") {
        return Edit::replace("/QueryLanguage", language);
    }
    let pointer = "/QueryLanguage";
    let before = ["StartAt", "States"];
    if machine.contains_key("Comment") {
        return Edit::insert_after(pointer, "Comment", language);
    }
    match before.into_iter().find(|key| machine.contains_key(*key)) {
        Some(key) => Edit::insert_before(pointer, key, language),
        None => Edit::insert(pointer, language),
    }
}
