//! Formats the differences as text.

use std::fmt::{self, Display, Formatter};

use crate::json::Json;

use super::Diff;
use super::change::{Change, FieldChange, StateChange, TransitionChange, Trigger};
use super::effects::Safety;

/// Maximum number of characters of a value that are shown.
const LONGEST: usize = 100;

impl Display for Diff {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "no difference");
        }
        section(f, "machine", &self.machine, |f, change| {
            field(f, change, "", "")
        })?;
        section(f, "states", &self.states, state)?;
        section(f, "transitions", &self.transitions, transition)?;
        if self.is_comments_only() {
            writeln!(f, "only comments differ")?;
        }
        section(f, "comments", &self.comments, |f, change| {
            field(f, change, "", "")
        })?;
        section(
            f,
            "running executions and redrive",
            &self.effects,
            |f, effect| {
                let word = match effect.safety {
                    Safety::Safe => "safe ",
                    Safety::Check => "check",
                };
                writeln!(f, "  {word}  {}", effect.message)
            },
        )?;
        section(
            f,
            "a new execution cannot continue where an old one stopped in",
            &self.stranded,
            |f, stranded| writeln!(f, "  {}: {}", stranded.state, stranded.reason),
        )
    }
}

fn section<T>(
    f: &mut Formatter<'_>,
    title: &str,
    items: &[T],
    write: impl Fn(&mut Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(f, "{title}:")?;
    items.iter().try_for_each(|item| write(f, item))
}

fn sign(change: Change) -> char {
    match change {
        Change::Added => '+',
        Change::Removed => '-',
        Change::Changed | Change::Moved | Change::Renamed => '~',
    }
}

fn state(f: &mut Formatter<'_>, change: &StateChange) -> fmt::Result {
    writeln!(f, "  {}", state_line(change))?;
    let old = change.old_pointer.as_deref().unwrap_or_default();
    let new = change.new_pointer.as_deref().unwrap_or_default();
    change
        .fields
        .iter()
        .try_for_each(|change| field(f, change, old, new))
}

fn state_line(change: &StateChange) -> String {
    let what = match (change.change, &change.old_name) {
        (Change::Renamed, Some(name)) => format!(", which was {name}"),
        (Change::Moved, _) => {
            let (from, to) = (change.old_pointer.as_deref(), change.new_pointer.as_deref());
            let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
            format!(", moved from {from} to {to}")
        }
        _ => format!(" ({})", change.kind),
    };
    format!("{} {}{what}", sign(change.change), change.name)
}

/// Writes one field, with its pointer relative to the state.
fn field(f: &mut Formatter<'_>, change: &FieldChange, old: &str, new: &str) -> fmt::Result {
    let indent = if old.is_empty() && new.is_empty() {
        "  "
    } else {
        "      "
    };
    writeln!(f, "{indent}{}", field_line(change, old, new))
}

fn field_line(change: &FieldChange, old: &str, new: &str) -> String {
    let within = |pointer: Option<&str>, state: &str| {
        pointer.map(|pointer| pointer.strip_prefix(state).unwrap_or(pointer).to_owned())
    };
    let from = within(change.old_pointer.as_deref(), old);
    let to = within(change.new_pointer.as_deref(), new);
    let place = match (&from, &to) {
        (Some(from), Some(to)) if from != to => format!("{from} → {to}"),
        (_, Some(only)) | (Some(only), None) => only.clone(),
        (None, None) => String::new(),
    };
    let place = if place.is_empty() {
        "/"
    } else {
        place.as_str()
    };
    let values = match (change.change, &change.old, &change.new) {
        (Change::Moved, _, _) => " (another order)".to_owned(),
        (_, Some(old), Some(new)) => format!(": {} → {}", value(old), value(new)),
        (_, only @ Some(_), None) | (_, None, only @ Some(_)) => {
            let only = only.as_ref().map(value).unwrap_or_default();
            match &change.default {
                Some(default) if change.change == Change::Added => {
                    format!(": {only}, was {} by default", value(default))
                }
                Some(default) => format!(": {only}, is {} by default now", value(default)),
                None => format!(": {only}"),
            }
        }
        (_, None, None) => String::new(),
    };
    format!("{} {place}{values}", sign(change.change))
}

fn transition(f: &mut Formatter<'_>, change: &TransitionChange) -> fmt::Result {
    writeln!(f, "  {}", transition_line(change))
}

fn transition_line(change: &TransitionChange) -> String {
    let from = match (&change.from, &change.on) {
        (Some(parent), Trigger::Start) => format!("({parent} starts)"),
        (Some(from), _) => from.clone(),
        (None, _) => "(start)".to_owned(),
    };
    let to = change.to.as_deref().unwrap_or("(end)");
    let on = change.on.to_string();
    let on = if on.is_empty() || change.on == Trigger::Start {
        String::new()
    } else {
        format!(" {}", short(&on))
    };
    format!("{} {from} → {to}{on}", sign(change.change))
}

impl Diff {
    /// Returns the differences as a few lines, for a test or a log: one line for the machine's own
    /// fields, one for each changed state with its fields, and one for each transition. Returns no
    /// lines if only the order or the formatting differs.
    ///
    /// ```
    /// use stepwright_asl::diff::Diff;
    /// use stepwright_asl::json::Json;
    ///
    /// let old: Json = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 5, "End": true}}}"#.parse()?;
    /// let new: Json = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 9, "Comment": "x", "End": true}}}"#.parse()?;
    /// assert_eq!(Diff::of(&old, &new).lines(), ["~ A (Wait): ~ /Seconds: 5 → 9", "+ /States/A/Comment: \"x\""]);
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(self.machine.iter().map(|change| field_line(change, "", "")));
        for change in &self.states {
            let old = change.old_pointer.as_deref().unwrap_or_default();
            let new = change.new_pointer.as_deref().unwrap_or_default();
            let fields = change
                .fields
                .iter()
                .map(|field| field_line(field, old, new));
            let fields: Vec<String> = fields.collect();
            let gap = if fields.is_empty() { "" } else { ": " };
            lines.push(format!("{}{gap}{}", state_line(change), fields.join("; ")));
        }
        lines.extend(self.transitions.iter().map(transition_line));
        lines.extend(
            self.comments
                .iter()
                .map(|change| field_line(change, "", "")),
        );
        lines
    }
}

fn value(json: &Json) -> String {
    short(&json.to_string())
}

/// The text on one line, truncated.
fn short(text: &str) -> String {
    let mut line: String = text
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        line.push('…');
    }
    line
}
