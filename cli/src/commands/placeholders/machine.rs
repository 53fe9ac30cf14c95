//! The machine of a file, and its placeholders.

use std::path::Path;

use stepwright_asl::StateMachine;
use stepwright_asl::json::{Document, Json};
use stepwright_asl::placeholder::{NamedPlaceholder, Placeholder, by_name, in_machine, is_name};
use stepwright_asl::template::NameUse;
use stepwright_asl::yaml::Format;

use crate::definitions::input;
use crate::failure::Failure;

/// A definition in a separate file.
pub(super) struct PlaceholderMachine {
    pub(super) text: String,
    document: Document,
    pub(super) placeholders: Vec<Placeholder>,
}

impl PlaceholderMachine {
    /// Reads a definition.
    pub(super) fn read(path: &Path) -> Result<PlaceholderMachine, Failure> {
        PlaceholderMachine::of(path, input::read(path)?)
    }

    pub(super) fn of(path: &Path, text: String) -> Result<PlaceholderMachine, Failure> {
        let shown = path.display();
        let document = Format::of(path, &text)
            .parse_with_placeholders(&text)
            .map_err(|error| Failure::Failed(format!("{shown} cannot be read: {error}")))?;
        let machine = StateMachine::from_document(&document).map_err(|diagnostics| {
            Failure::Failed(format!("{shown} is not a valid definition: {diagnostics}"))
        })?;
        Ok(PlaceholderMachine {
            placeholders: in_machine(&machine),
            text,
            document,
        })
    }

    /// The names that a template must define, each at its first position in the text. AWS replaces
    /// the keys of a template literally, so each key in the text is such a name.
    pub(super) fn uses(&self, is_key: impl Fn(&str) -> bool) -> Vec<NameUse> {
        let uses = by_name(&self.placeholders).into_iter().map(|one| {
            let offset = self.text.find(&format!("${{{}}}", one.name));
            let position = self.document.position_at(offset.unwrap_or_default());
            NameUse::new(one.name, position).about(about(&one))
        });
        let others = self.other_names().into_iter();
        uses.chain(others.filter(|one| is_key(&one.name))).collect()
    }

    /// Variables of `Fn::Sub`, which are not replaced in a file: `${AWS::Region}`, `${Charge.Arn}`.
    /// A key of the template is none.
    pub(super) fn not_fillable(&self, is_key: impl Fn(&str) -> bool) -> Vec<NameUse> {
        let is_word = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | ':' | '.');
        let mut found = self.other_names();
        found.retain(|one| {
            let name = &one.name;
            (name.contains("::") || name.contains('.'))
                && name.starts_with(|first: char| first.is_ascii_alphabetic())
                && name.chars().all(is_word)
                && !is_key(name)
        });
        found
    }

    /// The texts between `${` and `}` that are no names of placeholders, each at its first
    /// position.
    fn other_names(&self) -> Vec<NameUse> {
        let mut found: Vec<NameUse> = Vec::new();
        for (offset, _) in self.text.match_indices("${") {
            let rest = &self.text[offset + 2..];
            let name = &rest[..rest.find('}').unwrap_or_default()];
            if !name.is_empty() && !is_name(name) && !found.iter().any(|one| one.name == name) {
                found.push(NameUse::new(name, self.document.position_at(offset)));
            }
        }
        found
    }
}

/// The description of a value and its users: `Lambda function ARN, used by Charge`.
pub(super) fn about(one: &NamedPlaceholder<'_>) -> String {
    let mut about = one.stands_for();
    if !one.states.is_empty() {
        about.push_str(", used by ");
        about.push_str(&one.states.join(", "));
    }
    about
}

/// Whether a text looks like a definition, without parsing all of it.
pub(super) fn is_definition(path: &Path, text: &str) -> bool {
    let document = Format::of(path, text).parse_with_placeholders(text).ok();
    let json = document.as_ref().map(Document::json);
    json.is_some_and(|json| {
        json.get("StartAt").is_some() && json.get("States").and_then(Json::as_object).is_some()
    })
}
