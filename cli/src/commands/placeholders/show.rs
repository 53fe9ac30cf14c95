//! Formats placeholders.

use std::fmt::Write;

use stepwright_asl::json::{Json, Object};
use stepwright_asl::placeholder::{Placeholder, by_name, to_json};

use super::machine::about;
use crate::args::PlaceholdersFormat;
use crate::terminal::table::{cell, table};

/// Formats the placeholders of one definition.
pub(super) fn of_machine(placeholders: &[Placeholder], format: PlaceholdersFormat) -> String {
    match format {
        PlaceholdersFormat::Text if placeholders.is_empty() => "no placeholder\n".to_owned(),
        PlaceholdersFormat::Text => columns(placeholders),
        PlaceholdersFormat::Json => to_json(placeholders).to_pretty() + "\n",
        PlaceholdersFormat::Yaml => yaml(placeholders, ""),
        PlaceholdersFormat::Tfvars => tfvars(placeholders),
        PlaceholdersFormat::Sam => sam(placeholders),
    }
}

/// Formats the placeholders of each machine of a template, by its logical id.
pub(super) fn of_template(
    machines: &[(String, Vec<Placeholder>)],
    format: PlaceholdersFormat,
) -> String {
    if format == PlaceholdersFormat::Json {
        let all = machines
            .iter()
            .map(|(name, placeholders)| (name.as_str().into(), to_json(placeholders)));
        return Json::Object(all.collect::<Object>()).to_pretty() + "\n";
    }
    let mut text = String::new();
    for (index, (name, placeholders)) in machines.iter().enumerate() {
        let gap = if index == 0 { "" } else { "\n" };
        let (head, body) = match format {
            PlaceholdersFormat::Yaml => (format!("{}:", key(name)), yaml(placeholders, "  ")),
            PlaceholdersFormat::Text => (format!("{name}:"), of_machine(placeholders, format)),
            _ => (format!("# {name}"), of_machine(placeholders, format)),
        };
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{gap}{head}\n{body}");
    }
    text
}

fn columns(placeholders: &[Placeholder]) -> String {
    let rows = by_name(placeholders).into_iter().map(|one| {
        let states = one.states.join(", ");
        [one.name.to_owned(), cell(&one.stands_for()), cell(&states)]
    });
    let rows: Vec<[String; 3]> = rows.collect();
    table(["PLACEHOLDER", "STANDS FOR", "STATES"], &rows)
}

fn yaml(placeholders: &[Placeholder], indentation: &str) -> String {
    let mut text = String::new();
    for one in by_name(placeholders) {
        let states: Vec<String> = one.states.iter().map(|state| quoted(state)).collect();
        let (name, words) = (key(one.name), quoted(&one.stands_for()));
        let _ = write!(
            text,
            "{indentation}{name}:\n{indentation}  standsFor: {words}\n{indentation}  states: [{}]\n",
            states.join(", ")
        );
    }
    if text.is_empty() {
        return format!("{indentation}{{}}\n");
    }
    text
}

/// The values are null, because Terraform rejects a null in a template: so no value is forgotten.
fn tfvars(placeholders: &[Placeholder]) -> String {
    let mut text = String::new();
    for one in by_name(placeholders) {
        let _ = writeln!(text, "{} = null # {}", one.name, comment(&about(&one)));
    }
    text
}

fn sam(placeholders: &[Placeholder]) -> String {
    let mut text = String::from("DefinitionSubstitutions:");
    let all = by_name(placeholders);
    if all.is_empty() {
        text.push_str(" {}");
    }
    text.push('\n');
    for one in all {
        let reference = one
            .meanings
            .iter()
            .find_map(|meaning| meaning.reference(one.name));
        // Otherwise, a parameter of the template.
        let reference = reference.unwrap_or_else(|| {
            let id: String = one
                .name
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .collect();
            format!("!Ref {id}")
        });
        let about = comment(&about(&one));
        let _ = write!(text, "  # {about}\n  {}: {reference}\n", key(one.name));
    }
    text
}

/// A text on one line, for a comment.
fn comment(text: &str) -> String {
    text.chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect()
}

/// A key in YAML. Some words have another meaning there.
fn key(name: &str) -> String {
    const WORDS: &[&str] = &["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    if WORDS.contains(&name.to_ascii_lowercase().as_str()) {
        quoted(name)
    } else {
        name.to_owned()
    }
}

/// A quoted string; JSON strings are valid in YAML.
fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}
