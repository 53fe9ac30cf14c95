//! Snapshots of definitions, based on insta: [`assert_asl_snapshot!`](crate::assert_asl_snapshot!).

use crate::workflow::Definition;
use insta::comparator::{Comparator, DefaultComparator};
use insta::{Settings, Snapshot};
use stepwright_asl::diff::Diff;
use stepwright_asl::json::{Json, segments};

/// Compares a workflow's ASL with the accepted snapshot.
///
/// The snapshot is the emitted ASL: the states are in source order, and each run produces the same
/// text. If it differs, the test fails and prints one line for each changed state before insta's
/// own difference; `cargo insta review` accepts the new text.
///
/// ```no_run
/// use stepwright::prelude::*;
///
/// workflow! { workflow Checkout(id: String) -> String { timeout 1h; succeed Done { id } } }
///
/// #[test]
/// fn the_definition_equals_its_snapshot() {
///     stepwright::assert_asl_snapshot!(Checkout);
/// }
/// ```
///
/// | form | meaning |
/// |---|---|
/// | `assert_asl_snapshot!(Checkout)` | the snapshot has the name of the test |
/// | `assert_asl_snapshot!("checkout", Checkout)` | the snapshot has this name |
/// | `assert_asl_snapshot!(Checkout, {"/TimeoutSeconds" => "[seconds]"})` | replaces the value at a JSON pointer; `*` matches any key or index |
/// | `assert_asl_snapshot!(definition = built)` | takes a `&Definition`, for example from the builder |
#[macro_export]
macro_rules! assert_asl_snapshot {
    (definition = $definition:expr $(, {$($pointer:expr => $text:expr),* $(,)?})? $(,)?) => {
        $crate::__assert_asl_snapshot!([], $definition, [$($($pointer => $text),*)?])
    };
    ($name:literal, definition = $definition:expr $(, {$($pointer:expr => $text:expr),* $(,)?})? $(,)?) => {
        $crate::__assert_asl_snapshot!([$name,], $definition, [$($($pointer => $text),*)?])
    };
    ($name:literal, $workflow:path $(, {$($pointer:expr => $text:expr),* $(,)?})? $(,)?) => {
        $crate::__assert_asl_snapshot!([$name,], &<$workflow as $crate::Workflow>::definition(), [$($($pointer => $text),*)?])
    };
    ($workflow:path $(, {$($pointer:expr => $text:expr),* $(,)?})? $(,)?) => {
        $crate::__assert_asl_snapshot!([], &<$workflow as $crate::Workflow>::definition(), [$($($pointer => $text),*)?])
    };
}

/// The name, the definition and the redactions.
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_asl_snapshot {
    ([$($name:tt)*], $definition:expr, [$($pointer:expr => $text:expr),*]) => {{
        let text = $crate::snapshot::text($definition, &[$(($pointer, $text)),*]);
        $crate::snapshot::settings().bind(|| $crate::snapshot::insta::assert_snapshot!($($name)* text));
    }};
}

#[doc(hidden)]
pub use insta;

/// The text of the snapshot.
///
/// # Panics
///
/// When a redaction is not a JSON pointer, or matches nothing.
#[doc(hidden)]
pub fn text(definition: &Definition, redactions: &[(&str, &str)]) -> String {
    let mut json = definition.machine().to_value();
    for (pointer, text) in redactions {
        let Some(path) = segments(pointer) else {
            panic!(
                "the redaction `{pointer}` is not a JSON pointer; write it as `/States/Charge/TimeoutSeconds`"
            );
        };
        let path: Vec<_> = path.collect();
        let path: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
        let count = redact(&mut json, &path, text);
        assert!(
            count > 0,
            "the redaction `{pointer}` matches nothing in the ASL of `{}`",
            definition.name()
        );
    }
    json.to_pretty()
}

/// Replaces the values at a path with the text; returns their number.
fn redact(json: &mut Json, path: &[&str], text: &str) -> usize {
    let Some((first, rest)) = path.split_first() else {
        *json = Json::from(text);
        return 1;
    };
    match json {
        Json::Object(members) => {
            let members = members
                .iter_mut()
                .filter(|(key, _)| *first == "*" || key.as_str() == *first);
            members.map(|(_, value)| redact(value, rest, text)).sum()
        }
        Json::Array(items) => {
            let items = items.iter_mut().enumerate();
            let items = items.filter(|(index, _)| *first == "*" || index.to_string() == *first);
            items.map(|(_, value)| redact(value, rest, text)).sum()
        }
        _ => 0,
    }
}

/// The comparison of snapshots.
#[doc(hidden)]
pub fn settings() -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_comparator(Box::new(ByState));
    settings
}

/// Compares texts, and prints the differences between two definitions to standard error.
struct ByState;

impl Comparator for ByState {
    fn matches(&self, reference: &Snapshot, test: &Snapshot) -> bool {
        let is_same = DefaultComparator.matches(reference, test);
        if !is_same {
            tell(reference, test);
        }
        is_same
    }

    fn dyn_clone(&self) -> Box<dyn Comparator> {
        Box::new(ByState)
    }
}

fn tell(reference: &Snapshot, test: &Snapshot) {
    let json =
        |snapshot: &Snapshot| -> Option<Json> { snapshot.as_text()?.to_string().parse().ok() };
    let (Some(old), Some(new)) = (json(reference), json(test)) else {
        return;
    };
    let lines = lines(&old, &new);
    // The test harness shows a test's output when the test fails.
    eprintln!("{}", lines.join("\n"));
}

/// The differences, one line for each state.
fn lines(old: &Json, new: &Json) -> Vec<String> {
    let lines = Diff::of(old, new).lines();
    if lines.is_empty() {
        return vec![
            "only the order or the form differs; the definition executes in the same way"
                .to_owned(),
        ];
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{lines, text};
    use crate::{task, workflow};
    use stepwright_asl::json::Json;

    #[task]
    async fn charge_card(id: String) -> String;

    workflow! {
        workflow Checkout(id: String) -> String {
            timeout 1h;
            task Charge { let receipt = charge_card(id); timeout 30s; next Done; }
            succeed Done { receipt }
        }
    }

    #[test]
    fn a_workflow_matches_its_snapshots() {
        crate::assert_asl_snapshot!(Checkout);
        crate::assert_asl_snapshot!("checkout_named", Checkout);
        crate::assert_asl_snapshot!(
            "checkout_redacted",
            Checkout,
            {"/TimeoutSeconds" => "[seconds]", "/States/*/Type" => "[type]"}
        );
        let definition = Checkout::definition();
        crate::assert_asl_snapshot!("checkout_named", definition = &definition);
    }

    #[test]
    fn a_difference_has_one_line_for_each_state() {
        let definition = Checkout::definition();
        let old: Json = text(&definition, &[]).parse().unwrap();
        let changed = definition
            .to_json_pretty()
            .replace("\"TimeoutSeconds\": 30", "\"TimeoutSeconds\": 60")
            .replace("\"Done\"", "\"Paid\"");
        let new: Json = changed.parse().unwrap();
        assert_eq!(
            lines(&old, &new),
            [
                "~ Charge (Task): ~ /TimeoutSeconds: 30 → 60",
                "~ Paid, which was Done"
            ]
        );
        assert_eq!(
            lines(&old, &old),
            ["only the order or the form differs; the definition executes in the same way"]
        );
    }

    #[test]
    #[should_panic(
        expected = "the redaction `/States/Chrage/Type` matches nothing in the ASL of `Checkout`"
    )]
    fn a_redaction_that_matches_nothing_is_an_error() {
        text(
            &Checkout::definition(),
            &[("/States/Chrage/Type", "[type]")],
        );
    }
}
