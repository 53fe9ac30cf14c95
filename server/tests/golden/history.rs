//! Prints histories as lines of text, and replaces the few parts that differ from run to run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};
use stepwright_engine::clock::Timestamp;
use stepwright_engine::history::{Event, History};
use uuid::Uuid;

use crate::golden::environment::START;

/// A text of more bytes is printed as its beginning, its length and its CRC-32.
const LONGEST: usize = 160;
const BEGINNING: usize = 40;

/// What replaces a text of the engine.
const OF_ENGINE: &str = "<text of the engine>";

/// Prints one line for each event: time, id, previous id, type, enclosing branches and iterations,
/// state, details. The time counts from `environment::START`.
///
/// The store had the first `exact` events when it was copied: their lines are exact. In the lines
/// of later events, a normalizer replaces texts of the engine and random values.
pub(crate) fn lines(history: &History, exact: usize, normalizer: &Normalizer) -> Vec<Json> {
    let lines = history.events().zip(0..).map(|(event, number)| {
        let mut details = event.details().to_json();
        if number >= exact {
            normalizer.replace(&mut details);
            normalizer.replace_random(&mut details);
        }
        Json::String(line(&event, details))
    });
    lines.collect()
}

/// Prints a time as minutes and seconds after `environment::START`.
pub(crate) fn after(time: Timestamp) -> String {
    let millis = (time.unix_micros() - START.unix_micros()) / 1_000;
    let (minutes, millis) = (millis / 60_000, millis % 60_000);
    match millis % 1_000 {
        0 => format!("{minutes}:{:02}", millis / 1_000),
        rest => format!("{minutes}:{:02}.{rest:03}", millis / 1_000),
    }
}

fn line(event: &Event, mut details: Json) -> String {
    if let Some(Json::Object(output)) = details.get_mut("output") {
        // Every response of a function has the same metadata.
        output.remove("SdkHttpMetadata");
    }
    shorten(&mut details);
    let mut line = format!(
        "{} {}<{} {}",
        after(event.timestamp()),
        event.id(),
        event.previous_id(),
        event.kind().name()
    );
    for scope in event.scope() {
        line.push_str(&format!(" [{scope}]"));
    }
    if let Some(state) = event.state_name() {
        line.push_str(&format!(" {state}"));
    }
    if details
        .as_object()
        .is_some_and(|details| !details.is_empty())
    {
        line.push_str(&format!(" {details}"));
    }
    line
}

/// Shortens long texts and long arrays.
pub(crate) fn shorten(json: &mut Json) {
    match json {
        Json::String(text) => *text = short(text),
        Json::Array(items) if items.len() > LONGEST => *json = short(&json.to_string()).into(),
        Json::Array(items) => items.iter_mut().for_each(shorten),
        Json::Object(members) => members.values_mut().for_each(shorten),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Returns the same text, or its beginning with its length and its CRC-32.
pub(crate) fn short(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let beginning: String = text.chars().take(BEGINNING).collect();
    let (bytes, crc) = (text.len(), crc32fast::hash(text.as_bytes()));
    format!("{beginning}... ({bytes} bytes, CRC-32 {crc:08x})")
}

/// Replaces the values that the layout of a store does not determine: names and tokens that the
/// reading engines create, and texts of the engine.
#[derive(Default)]
pub(crate) struct Normalizer {
    /// Labels of new tokens and of the names of new executions.
    labels: BTreeMap<String, String>,
    /// When the reading engines start.
    copied: Timestamp,
    /// The UUIDs in the histories of the copied store.
    known: BTreeSet<Uuid>,
}

impl Normalizer {
    pub(crate) fn new(copied: Timestamp) -> Self {
        Self {
            copied,
            ..Self::default()
        }
    }

    /// Adds labels for the tokens of `all` that are not in `old`.
    pub(crate) fn tokens(
        &mut self,
        all: &BTreeMap<String, String>,
        old: &BTreeMap<String, String>,
    ) {
        let new = all.iter();
        let new = new.filter(|(_, token)| !old.values().any(|known| known == *token));
        let new = new.map(|(label, token)| (token.clone(), format!("<token {label}>")));
        self.labels.extend(new);
    }

    /// Adds a label for the name of a new execution if the engine chose the name.
    pub(crate) fn execution(&mut self, name: &str) {
        if Uuid::parse_str(name).is_ok() {
            let label = format!("<new execution {}>", self.labels.len() + 1);
            self.labels.insert(name.to_owned(), label);
        }
    }

    /// Adds the UUIDs of a history in the copied store.
    pub(crate) fn add_known(&mut self, history: &History) {
        for event in history.events() {
            let text = event.details().to_text();
            self.known.extend(uuids(&text).map(|(_, uuid)| uuid));
        }
    }

    /// Replaces new tokens and the names of new executions in a text.
    pub(crate) fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (old, label) in &self.labels {
            text = text.replace(old.as_str(), label);
        }
        text
    }

    /// Replaces the name of an Express execution in a result file if it started after the copy.
    fn replace_names(&self, members: &mut Map<String, Json>) {
        let text = |name: &str| members.get(name).and_then(Json::as_str);
        let (Some(name), Some(arn), Some(started)) =
            (text("Name"), text("ExecutionArn"), text("StartDate"))
        else {
            return;
        };
        let is_new = Timestamp::parse(started).is_some_and(|time| time >= self.copied);
        let express = arn
            .split_once(name)
            .filter(|_| is_new && arn.contains(":express:"));
        if let Some((before, _)) = express {
            let arn = format!("{before}<new name>");
            members.insert("ExecutionArn".to_owned(), arn.into());
            members.insert("Name".to_owned(), "<new name>".into());
        }
    }

    /// Replaces random UUIDs that the copied store does not have. The metadata of a request has
    /// one.
    fn replace_random(&self, json: &mut Json) {
        match json {
            Json::String(text) => {
                let random =
                    |uuid: &Uuid| uuid.get_version_num() == 4 && !self.known.contains(uuid);
                if Uuid::parse_str(text).is_ok_and(|uuid| random(&uuid)) {
                    *text = "<random>".to_owned();
                }
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.replace_random(item)),
            Json::Object(members) => {
                let members = members.values_mut();
                members.for_each(|member| self.replace_random(member));
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    pub(crate) fn replace(&self, json: &mut Json) {
        match json {
            Json::String(text) => *text = self.text(text),
            Json::Array(items) => items.iter_mut().for_each(|item| self.replace(item)),
            Json::Object(members) => {
                self.replace_names(members);
                self.replace_cause(members, "error", "cause");
                self.replace_cause(members, "Error", "Cause");
                members.values_mut().for_each(|member| self.replace(member));
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    /// Replaces the cause of an error that the engine raised: its wording may change. The cause of
    /// a failed nested execution is data.
    fn replace_cause(&self, members: &mut Map<String, Json>, error: &str, cause: &str) {
        let Some(error) = members.get(error).and_then(Json::as_str) else {
            return;
        };
        let is_of_engine = error.starts_with("States.") || error.starts_with("Stepwright.");
        let is_data = |cause: &str| error == "States.TaskFailed" && cause.starts_with('{');
        let is_prose = |cause: &Json| cause.as_str().is_some_and(|cause| !is_data(cause));
        if is_of_engine && members.get(cause).is_some_and(is_prose) {
            members.insert(cause.to_owned(), OF_ENGINE.into());
        }
    }
}

/// Returns the UUIDs of a text.
fn uuids(text: &str) -> impl Iterator<Item = (&str, Uuid)> {
    let candidates = (0..text.len()).filter_map(|start| text.get(start..start + 36));
    candidates.filter_map(|found| Some((found, Uuid::parse_str(found).ok()?)))
}
