//! Snapshots of definitions: [`assert_asl_snapshot!`](crate::assert_asl_snapshot!).
//!
//! The files have the format of insta, so that `cargo insta` reviews them. This module does not
//! call insta, because its panics have the location of insta instead of the test's, and because an
//! optional dependency would compile the libraries again for tests.

use crate::emit::Difference;
use crate::workflow::Definition;
use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use stepwright_asl::diff::Diff;
use stepwright_asl::json::{Json, segments};

/// Compares a workflow's ASL with the accepted snapshot.
///
/// The snapshot is the emitted ASL: the states are in source order, and each run produces the same
/// text. If it differs, the test fails at this line with a line for each changed state and the
/// changed lines of the text; `cargo insta review` accepts the new text.
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
        $crate::__assert_asl_snapshot!(None, $definition, [$($($pointer => $text),*)?])
    };
    ($name:literal, definition = $definition:expr $(, {$($pointer:expr => $text:expr),* $(,)?})? $(,)?) => {
        $crate::__assert_asl_snapshot!(Some($name), $definition, [$($($pointer => $text),*)?])
    };
    ($name:literal, $workflow:path $(, {$($pointer:expr => $text:expr),* $(,)?})? $(,)?) => {
        $crate::__assert_asl_snapshot!(Some($name), &<$workflow as $crate::Workflow>::definition(), [$($($pointer => $text),*)?])
    };
    ($workflow:path $(, {$($pointer:expr => $text:expr),* $(,)?})? $(,)?) => {
        $crate::__assert_asl_snapshot!(None, &<$workflow as $crate::Workflow>::definition(), [$($($pointer => $text),*)?])
    };
}

/// The name, the definition and the redactions.
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_asl_snapshot {
    ($name:expr, $definition:expr, [$($pointer:expr => $text:expr),*]) => {{
        let test = $crate::snapshot::SnapshotTest {
            package: ::core::env!("CARGO_MANIFEST_DIR"),
            module: ::core::module_path!(),
            function: {
                fn function() {}
                ::core::any::type_name_of_val(&function)
            },
        };
        $crate::snapshot::check(&test, $name, $definition, &[$(($pointer, $text)),*]);
    }};
}

/// The test that compares a snapshot.
#[doc(hidden)]
#[derive(Debug)]
pub struct SnapshotTest {
    /// The folder of its package.
    pub package: &'static str,
    pub module: &'static str,
    /// The path of a function inside the test.
    pub function: &'static str,
}

/// Fails at the line of the test if the definition differs from its snapshot.
///
/// # Panics
///
/// When the definition differs, when a redaction is not a JSON pointer or matches nothing, and when
/// a file cannot be read or written.
#[doc(hidden)]
#[track_caller]
pub fn check(
    test: &SnapshotTest,
    name: Option<&str>,
    definition: &Definition,
    redactions: &[(&str, &str)],
) {
    let location = Location::caller();
    let checked = text(definition, redactions).and_then(|text| {
        let file = SnapshotFile::of(test, name, location)?;
        file.check(definition.name(), &text, &UpdateMode::of_environment()?)
    });
    if let Err(reason) = checked {
        panic!("{reason}");
    }
}

/// The text of the snapshot.
fn text(definition: &Definition, redactions: &[(&str, &str)]) -> Result<String, String> {
    let mut json = definition.machine().to_value();
    for (pointer, text) in redactions {
        let Some(path) = segments(pointer) else {
            return Err(format!(
                "the redaction `{pointer}` is not a JSON pointer; write it as `/States/Charge/TimeoutSeconds`"
            ));
        };
        let path: Vec<_> = path.collect();
        let path: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
        if redact(&mut json, &path, text) == 0 {
            return Err(format!(
                "the redaction `{pointer}` matches nothing in the ASL of `{}`",
                definition.name()
            ));
        }
    }
    Ok(json.to_pretty())
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

/// What happens with a text that differs.
#[derive(Debug)]
struct UpdateMode {
    /// `INSTA_UPDATE`.
    update: String,
    is_ci: bool,
    /// `INSTA_FORCE_PASS`, which `cargo insta test` sets.
    passes: bool,
}

impl UpdateMode {
    fn of_environment() -> Result<UpdateMode, String> {
        let value = |name: &str| std::env::var(name).unwrap_or_default();
        let update = value("INSTA_UPDATE");
        let known = ["", "auto", "always", "force", "new", "no", "unseen"];
        if !known.contains(&update.as_str()) {
            return Err(format!(
                "INSTA_UPDATE is `{update}`; set it to `auto`, `always`, `force`, `new`, `no` or `unseen`"
            ));
        }
        Ok(UpdateMode {
            update,
            is_ci: !matches!(value("CI").as_str(), "" | "0" | "false"),
            passes: value("INSTA_FORCE_PASS") == "1",
        })
    }
}

/// The file of a snapshot.
#[derive(Debug)]
struct SnapshotFile {
    path: PathBuf,
    /// The source of the test, as rustc names it.
    source: String,
    line: u32,
}

impl SnapshotFile {
    /// The file next to the source of the test.
    fn of(
        test: &SnapshotTest,
        name: Option<&str>,
        location: &Location<'_>,
    ) -> Result<SnapshotFile, String> {
        let source = location.file();
        // rustc names the source relative to the workspace, which is the package or above.
        let root = std::env::var_os("INSTA_WORKSPACE_ROOT").map(PathBuf::from);
        let mut roots = root
            .iter()
            .map(PathBuf::as_path)
            .chain(Path::new(test.package).ancestors());
        let found = roots.find(|root| root.join(source).is_file());
        let folder = found.and_then(|root| root.join(source).parent().map(Path::to_owned));
        let Some(folder) = folder else {
            return Err(format!(
                "there is no `{source}` in {} or above; set INSTA_WORKSPACE_ROOT to the folder of the workspace",
                test.package
            ));
        };
        let module = test.module.replace("::", "__");
        let name = match name {
            Some(name) => name.replace(['/', '\\'], "__"),
            None => numbered(test),
        };
        Ok(SnapshotFile {
            path: folder
                .join("snapshots")
                .join(format!("{module}__{name}.snap")),
            source: source.replace('\\', "/"),
            line: location.line(),
        })
    }

    fn check(&self, workflow: &str, new: &str, mode: &UpdateMode) -> Result<(), String> {
        let pending = self.path.with_extension("snap.new");
        self.report_use()?;
        let old = match fs::read_to_string(&self.path) {
            Ok(file) => Some(content(&file).to_owned()),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(cannot("read", &self.path, &error)),
        };
        let is_equal = old
            .as_deref()
            .is_some_and(|old| Difference::of(old, new).is_none());
        if is_equal && mode.update != "force" {
            return match fs::remove_file(&pending) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    Err(cannot("remove", &pending, &error))
                }
                _ => Ok(()),
            };
        }
        let is_accepted = match mode.update.as_str() {
            "always" | "force" => true,
            "unseen" => old.is_none(),
            _ => false,
        };
        let is_stored = is_accepted
            || mode.update != "no" && (!mode.is_ci || !matches!(mode.update.as_str(), "" | "auto"));
        if is_accepted {
            self.write(&self.path, new, false)?;
        } else if is_stored {
            self.write(&pending, new, true)?;
        }
        if is_accepted || mode.passes {
            Ok(())
        } else {
            Err(self.failure(workflow, old.as_deref(), new, is_stored))
        }
    }

    /// Reports the file to `cargo insta test --unreferenced`, which deletes all others.
    fn report_use(&self) -> Result<(), String> {
        let Some(list) = std::env::var_os("INSTA_SNAPSHOT_REFERENCES_FILE") else {
            return Ok(());
        };
        let line = format!("{}\n", self.path.display());
        let file = OpenOptions::new().append(true).create(true).open(&list);
        let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
        written.map_err(|error| cannot("write", Path::new(&list), &error))
    }

    fn write(&self, path: &Path, text: &str, is_pending: bool) -> Result<(), String> {
        let is_plain = |char: char| char.is_alphanumeric() || "/._-".contains(char);
        let source = if self.source.chars().all(is_plain) {
            self.source.clone()
        } else {
            Json::from(self.source.as_str()).to_string()
        };
        let line = if is_pending {
            format!("assertion_line: {}\n", self.line)
        } else {
            String::new()
        };
        let text = format!("---\nsource: {source}\n{line}---\n{text}\n");
        let folder = path.parent().unwrap_or(path);
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(path, text));
        written.map_err(|error| cannot("write", path, &error))
    }

    fn failure(&self, workflow: &str, old: Option<&str>, new: &str, is_stored: bool) -> String {
        let file = self.path.file_name().unwrap_or_default().to_string_lossy();
        let what = match old {
            Some(old) => format!(
                "the definition of `{workflow}` differs from its snapshot\n{}",
                difference(old, new)
            ),
            None => format!("the definition of `{workflow}` has no snapshot"),
        };
        let accept = "accept it with `cargo insta review` or `INSTA_UPDATE=always cargo test`";
        if is_stored {
            format!("{what}\nthe new text is in snapshots/{file}.new; {accept}")
        } else {
            format!(
                "{what}\nthe snapshot is snapshots/{file}; run the test on a development machine, then {accept}"
            )
        }
    }
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {what} {}: {error}", path.display())
}

/// The name of the test; from its second snapshot on with a number.
fn numbered(test: &SnapshotTest) -> String {
    static COUNTS: LazyLock<Mutex<HashMap<String, usize>>> = LazyLock::new(Mutex::default);
    let mut path: Vec<&str> = test.function.split("::").collect();
    // `function` itself, and the closures around it.
    path.pop();
    while path.last().is_some_and(|part| *part == "{{closure}}") {
        path.pop();
    }
    let name = path.pop().unwrap_or_default();
    let name = name.strip_prefix("test_").unwrap_or(name);
    let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
    let count = counts
        .entry(format!("{}::{name}", test.module))
        .or_default();
    *count += 1;
    match *count {
        1 => name.to_owned(),
        count => format!("{name}-{count}"),
    }
}

/// The text of a file without the lines about the snapshot.
fn content(file: &str) -> &str {
    let mut rest = file;
    let mut marks = 0;
    while let Some((line, after)) = rest.split_once('\n') {
        if line.trim_end() == "---" {
            marks += 1;
        } else if marks == 0 {
            break;
        }
        rest = after;
        if marks == 2 {
            return rest;
        }
    }
    file
}

/// The differences: one line for each state, then the lines of the texts.
fn difference(old: &str, new: &str) -> String {
    let mut lines = match (old.parse(), new.parse()) {
        (Ok(old), Ok(new)) => changes(&old, &new),
        _ => Vec::new(),
    };
    lines.extend(Difference::of(old, new).map(|difference| difference.to_string()));
    lines.join("\n")
}

fn changes(old: &Json, new: &Json) -> Vec<String> {
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
    use super::{SnapshotFile, UpdateMode, changes, content, text};
    use crate::{task, workflow};
    use std::fs;
    use std::path::Path;
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

    fn old_and_new() -> (String, String) {
        let old = text(&Checkout::definition(), &[]).unwrap();
        let new = old
            .replace("\"TimeoutSeconds\": 30", "\"TimeoutSeconds\": 60")
            .replace("\"Done\"", "\"Paid\"");
        (old, new)
    }

    #[test]
    fn a_difference_has_one_line_for_each_state() {
        let (old, new) = old_and_new();
        let (old, new): (Json, Json) = (old.parse().unwrap(), new.parse().unwrap());
        assert_eq!(
            changes(&old, &new),
            [
                "~ Charge (Task): ~ /TimeoutSeconds: 30 → 60",
                "~ Paid, which was Done"
            ]
        );
        assert_eq!(
            changes(&old, &old),
            ["only the order or the form differs; the definition executes in the same way"]
        );
    }

    /// A folder that is deleted afterwards.
    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let folder =
                std::env::temp_dir().join(format!("stepwright-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&folder);
            Folder(folder)
        }

        fn file(&self) -> SnapshotFile {
            SnapshotFile {
                path: self.0.join("snapshots/orders__checkout.snap"),
                source: "tests/orders.rs".to_owned(),
                line: 7,
            }
        }

        fn check(&self, text: &str, mode: &UpdateMode) -> Result<(), String> {
            self.file().check("Checkout", text, mode)
        }

        fn read(&self, ending: &str) -> Option<String> {
            let path = self
                .0
                .join("snapshots")
                .join(format!("orders__checkout.{ending}"));
            fs::read_to_string(path).ok()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn mode(update: &str, is_ci: bool) -> UpdateMode {
        UpdateMode {
            update: update.to_owned(),
            is_ci,
            passes: false,
        }
    }

    #[test]
    fn a_failure_shows_the_states_then_the_lines_then_the_command() {
        let folder = Folder::new("snapshot-failure");
        let (old, new) = old_and_new();
        folder.check(&old, &mode("always", false)).unwrap();
        let failure = folder.check(&new, &mode("", false)).unwrap_err();
        insta::assert_snapshot!(failure);
        insta::assert_snapshot!(folder.read("snap.new").unwrap());
        // A text that is equal again removes the pending one.
        folder.check(&old, &mode("", false)).unwrap();
        assert_eq!(folder.read("snap.new"), None);
    }

    #[test]
    fn a_missing_snapshot_is_stored_except_in_ci() {
        let (text, _) = old_and_new();
        for (update, is_ci, accepted, pending) in [
            ("", false, false, true),
            ("auto", false, false, true),
            ("", true, false, false),
            ("new", true, false, true),
            ("no", false, false, false),
            ("unseen", false, true, false),
            ("always", true, true, false),
        ] {
            let folder = Folder::new("snapshot-missing");
            let checked = folder.check(&text, &mode(update, is_ci));
            assert_eq!(checked.is_ok(), accepted, "{update}: {checked:?}");
            assert_eq!(folder.read("snap").is_some(), accepted, "{update}");
            assert_eq!(folder.read("snap.new").is_some(), pending, "{update}");
            let passing = UpdateMode {
                passes: true,
                ..mode(update, is_ci)
            };
            assert_eq!(folder.check(&text, &passing), Ok(()), "{update}");
        }
    }

    #[test]
    fn files_of_insta_and_line_ends_of_windows_are_read() {
        let text = "{\n  \"a\": \"---\"\n}";
        let file = format!("---\nsource: a.rs\nexpression: x\n---\n{text}\n");
        assert_eq!(content(&file).trim_end(), text);
        assert_eq!(content(&file.replace('\n', "\r\n")).lines().count(), 3);
        assert_eq!(content(text), text);
    }

    #[test]
    fn the_panic_has_the_line_of_the_test() {
        use std::sync::{Arc, Mutex};
        let found: Arc<Mutex<Option<(String, u32)>>> = Arc::default();
        let seen = found.clone();
        let before = std::panic::take_hook();
        let test = std::thread::current().id();
        std::panic::set_hook(Box::new(move |panic| {
            let location = panic.location().map(|at| (at.file().to_owned(), at.line()));
            if std::thread::current().id() == test {
                *seen.lock().unwrap() = location
            } else {
                before(panic)
            }
        }));
        let line = line!() + 2;
        let failed = std::panic::catch_unwind(|| {
            crate::assert_asl_snapshot!(Checkout, {"/States/Chrage/Type" => "[type]"});
        });
        let reason = *failed.unwrap_err().downcast::<String>().unwrap();
        assert_eq!(
            reason,
            "the redaction `/States/Chrage/Type` matches nothing in the ASL of `Checkout`"
        );
        let (file, found) = found.lock().unwrap().take().unwrap();
        assert_eq!((Path::new(&file), found), (Path::new(file!()), line));
    }
}
