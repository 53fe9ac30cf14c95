//! Does what the pages of `docs/tutorial` say, in a temporary folder:
//! `cargo build -p stepwright-cli && cargo run -p stepwright-tests --bin tutorial`. With
//! `-- --pages 3` it stops after the third page.
//!
//! The pages run in the order of their file names. Directories persist from block to block, shell
//! variables do not.
//!
//! | in a page | effect |
//! |---|---|
//! | a block after `` `src/main.rs`: ``, or after ``Replace the content of `src/main.rs`: `` | the block becomes the file |
//! | a block after ``Add to `Cargo.toml`: `` | the block is appended to the file |
//! | a block after ``Add below `task Charge {` in `src/lib.rs`: `` | the block is inserted below the first line that begins with this text |
//! | a block after ``Replace `task Charge` in `src/lib.rs`: `` | the block replaces the lines from the first line that begins with this text to the next line that is a closing brace with the same indentation |
//! | a line that begins with ``Change `a` to `b` in `src/lib.rs` `` | the text, which must occur once, is replaced |
//! | a block `sh` | its lines run as one script of the shell, which must succeed |
//! | a block `sh,fails` | the same, but the script must fail |
//! | a block `sh,ignore` | not run |
//! | a comment from a line `<!-- sh` to a line `-->` | the same as a block `sh`: what a reader does in a browser |
//! | a block `text`, `json`, `yaml` or `mermaid` that follows a script | equals the output of the script, standard output and standard error together |
//!
//! In an expected output, `…` matches any text in a line, and a line that is only `…` matches any
//! number of lines. Cargo's progress lines are dropped from the output. The path `../stepwright` in
//! blocks means this workspace. Cargo runs offline, with the lock file and the profiles of this
//! workspace, so that compiled crates are reused. Only one run at a time can use a checkout. A
//! failed run does not delete its folder.

use std::error::Error;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// The path of the checkout in the pages.
const CHECKOUT: &str = "../stepwright";

/// The longest time that one script may take.
const LIMIT: Duration = Duration::from_secs(30 * 60);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let root = fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))?;
    let folder = root.join("docs/tutorial");
    let mut pages: Vec<PathBuf> = fs::read_dir(&folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_, std::io::Error>>()?;
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    pages.truncate(number_of_pages()?);
    if pages.is_empty() {
        return Err(format!("{} contains no page", folder.display()).into());
    }
    // The same path in each run of a checkout, so that the crate's files in the target directory
    // are replaced.
    let mut hasher = DefaultHasher::new();
    root.hash(&mut hasher);
    let name = format!("stepwright-tutorial-{:016x}", hasher.finish());
    let temporary = std::env::temp_dir().join(name);
    if temporary.exists() {
        fs::remove_dir_all(&temporary)?;
    }
    fs::create_dir(&temporary)?;
    let mut reader = Reader::new(root, &temporary)?;
    for path in pages {
        let name = path.strip_prefix(&reader.root)?.display().to_string();
        let steps = steps(&fs::read_to_string(&path)?)
            .map_err(|(line, message)| format!("{name}:{line}: {message}"))?;
        let start = Instant::now();
        for step in &steps {
            reader
                .follow(&step.action)
                .map_err(|error| format!("{name}:{}: {error}", step.line))?;
        }
        let seconds = start.elapsed().as_secs_f64();
        println!("{name}: {} steps, {seconds:.1} s", steps.len());
    }
    fs::remove_dir_all(&temporary)?;
    Ok(())
}

/// The option `--pages`; without it, all pages are read.
fn number_of_pages() -> Result<usize, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Ok(usize::MAX),
        ["--pages", number] => match number.parse() {
            Ok(number @ 1..) => Ok(number),
            _ => Err(format!("`--pages {number}`: the number must be at least 1").into()),
        },
        _ => Err("usage: tutorial [--pages NUMBER]".into()),
    }
}

/// An instruction of a page.
#[derive(Debug, PartialEq)]
struct Step {
    line: usize,
    action: Action,
}

#[derive(Debug, PartialEq)]
enum Action {
    Write {
        path: String,
        text: String,
    },
    Append {
        path: String,
        text: String,
    },
    Insert {
        path: String,
        above: String,
        text: String,
    },
    ReplaceItem {
        path: String,
        item: String,
        text: String,
    },
    Change {
        path: String,
        from: String,
        to: String,
    },
    Script {
        script: String,
        fails: bool,
        expected: Option<String>,
    },
}

/// Returns the steps of a page, or the line of the first unclear one with a message.
fn steps(page: &str) -> Result<Vec<Step>, (usize, String)> {
    let mut steps: Vec<Step> = Vec::new();
    // The last line of text, and whether the last block was a script.
    let mut text = "";
    let mut after_script = false;
    let mut lines = page.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let number = index + 1;
        let (info, end) = match (line.strip_prefix("```"), line) {
            (Some(info), _) => (Some(info), "```"),
            (None, "<!-- sh") => (Some("sh"), "-->"),
            (None, _) => (None, ""),
        };
        let Some(info) = info else {
            if let Some(action) = change(line) {
                steps.push(Step {
                    line: number,
                    action,
                });
            }
            if !line.trim().is_empty() {
                text = line.trim();
            }
            continue;
        };
        let mut block = String::new();
        loop {
            match lines.next() {
                Some((_, line)) if line == end => break,
                Some((_, line)) => {
                    block.push_str(line);
                    block.push('\n');
                }
                None => return Err((number, "the block has no end".to_owned())),
            }
        }
        let follows_script = std::mem::replace(&mut after_script, false);
        let target = if info.starts_with("sh") {
            None
        } else {
            target(text).map_err(|message| (number, message))?
        };
        let action = match (info, target) {
            ("sh" | "sh,fails", _) => {
                after_script = true;
                Some(Action::Script {
                    script: block,
                    fails: info == "sh,fails",
                    expected: None,
                })
            }
            ("sh,ignore", _) => None,
            (_, Some(Target { path, edit })) => Some(match edit {
                Edit::Write => Action::Write { path, text: block },
                Edit::Append => Action::Append { path, text: block },
                Edit::Insert(above) => Action::Insert {
                    path,
                    above,
                    text: block,
                },
                Edit::ReplaceItem(item) => Action::ReplaceItem {
                    path,
                    item,
                    text: block,
                },
            }),
            ("text" | "json" | "yaml" | "mermaid", None) if follows_script => {
                if let Some(Action::Script { expected, .. }) =
                    steps.last_mut().map(|step| &mut step.action)
                {
                    *expected = Some(block);
                }
                None
            }
            ("rust", None) => {
                let message = "the line before this block names no file, so nothing compiles it";
                return Err((number, message.to_owned()));
            }
            _ => None,
        };
        if let Some(action) = action {
            steps.push(Step {
                line: number,
                action,
            });
        }
        text = "";
    }
    Ok(steps)
}

/// A file that a line of text names for the block after it.
struct Target {
    path: String,
    edit: Edit,
}

enum Edit {
    Write,
    Append,
    Insert(String),
    ReplaceItem(String),
}

/// Parses the line before a block. A line that names a file ends with its path and a colon.
fn target(line: &str) -> Result<Option<Target>, String> {
    let Some((before, path)) = line
        .strip_suffix("`:")
        .and_then(|line| line.rsplit_once('`'))
    else {
        return Ok(None);
    };
    let item = |start: &str| {
        Some(
            before
                .strip_prefix(start)?
                .strip_suffix("` in ")?
                .to_owned(),
        )
    };
    let edit = match before {
        "" | "Replace the content of " => Edit::Write,
        "Add to " => Edit::Append,
        _ => match (item("Add below `"), item("Replace `")) {
            (Some(item), _) => Edit::Insert(item),
            (_, Some(item)) => Edit::ReplaceItem(item),
            _ => return Err(format!("`{line}` does not say what to do with the file")),
        },
    };
    let path = path.to_owned();
    Ok(Some(Target { path, edit }))
}

/// Parses a line of the form "Change `a` to `b` in `path`".
fn change(line: &str) -> Option<Action> {
    let (from, rest) = line.strip_prefix("Change `")?.split_once("` to `")?;
    let (to, rest) = rest.split_once("` in `")?;
    let (path, _) = rest.split_once('`')?;
    Some(Action::Change {
        path: path.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
    })
}

/// Follows the pages like a reader.
struct Reader {
    root: PathBuf,
    /// A folder for files of the runner, above those of the tutorial.
    temporary: PathBuf,
    /// The current directory of the scripts.
    directory: PathBuf,
    target: PathBuf,
    /// The variable `PATH` of the scripts.
    path: std::ffi::OsString,
}

impl Reader {
    fn new(root: PathBuf, temporary: &Path) -> Result<Reader, Box<dyn Error>> {
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let target = std::path::absolute(target)?;
        let program = std::env::current_exe()?;
        let programs = program.parent().ok_or("this program has no folder")?;
        if !programs.join("stepwright").exists() {
            let programs = programs.display();
            let message =
                format!("{programs} has no `stepwright`; `cargo build -p stepwright-cli`");
            return Err(message.into());
        }
        let mut path = vec![programs.to_owned()];
        path.extend(std::env::split_paths(
            &std::env::var_os("PATH").unwrap_or_default(),
        ));
        let temporary = fs::canonicalize(temporary)?;
        // Cargo and rustup read these files in the folders above a package.
        fs::copy(
            root.join("rust-toolchain.toml"),
            temporary.join("rust-toolchain.toml"),
        )?;
        fs::create_dir(temporary.join(".cargo"))?;
        let manifest: toml::Table = fs::read_to_string(root.join("Cargo.toml"))?.parse()?;
        let mut settings: toml::Table = "net.offline = true".parse()?;
        if let Some(profile) = manifest.get("profile") {
            settings.insert("profile".to_owned(), profile.clone());
        }
        fs::write(temporary.join(".cargo/config.toml"), settings.to_string())?;
        let directory = temporary.join("reader");
        fs::create_dir(&directory)?;
        Ok(Reader {
            root,
            temporary,
            directory,
            target,
            path: std::env::join_paths(path)?,
        })
    }

    fn follow(&mut self, action: &Action) -> Result<(), Box<dyn Error>> {
        match action {
            Action::Write { path, text } => {
                let path = self.directory.join(path);
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::write(path, self.filled_in(text))?;
            }
            Action::Append { path, text } => self.edit(path, |old| {
                let separator = if path.ends_with(".toml") { "" } else { "\n" };
                Ok(format!("{old}{separator}{text}"))
            })?,
            Action::Insert { path, above, text } => self.edit(path, |old| {
                let first = position(old, above)?;
                let mut lines: Vec<&str> = old.lines().collect();
                lines.splice(first + 1..first + 1, text.lines());
                Ok(lines.join("\n") + "\n")
            })?,
            Action::ReplaceItem { path, item, text } => {
                self.edit(path, |old| replace_item(old, item, text))?;
            }
            Action::Change { path, from, to } => {
                let (from, to) = (self.filled_in(from), self.filled_in(to));
                self.edit(path, |old| match old.matches(&from).count() {
                    1 => Ok(old.replace(&from, &to)),
                    count => Err(format!("`{from}` occurs {count} times in `{path}`:\n{old}")),
                })?;
            }
            Action::Script {
                script,
                fails,
                expected,
            } => self.run(script, *fails, expected.as_deref())?,
        }
        Ok(())
    }

    fn filled_in(&self, text: &str) -> String {
        text.replace(CHECKOUT, &self.root.display().to_string())
    }

    fn edit(
        &self,
        path: &str,
        change: impl FnOnce(&str) -> Result<String, String>,
    ) -> Result<(), Box<dyn Error>> {
        let path = self.directory.join(path);
        let old = fs::read_to_string(&path)
            .map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
        let new = change(&old)?;
        Ok(fs::write(path, self.filled_in(&new))?)
    }

    fn run(
        &mut self,
        script: &str,
        fails: bool,
        expected: Option<&str>,
    ) -> Result<(), Box<dyn Error>> {
        self.prepare_package()?;
        // The output goes to a file, so that a process in the background delays nothing.
        let log = self.temporary.join("output");
        let directory = self.temporary.join("directory");
        let output = fs::File::create(&log)?;
        let full = format!(
            "set -eu\n{}\npwd > '{}'\n",
            self.filled_in(script),
            directory.display()
        );
        let mut shell = Command::new("sh")
            .arg("-c")
            .arg(full)
            .current_dir(&self.directory)
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_TERM_COLOR", "never")
            .env("NO_COLOR", "1")
            .env("PATH", &self.path)
            .env_remove("CI")
            .env_remove("RUST_BACKTRACE")
            .env_remove("STEPWRIGHT_COVERAGE")
            .env_remove("STEPWRIGHT_EMIT")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .process_group(0)
            .spawn()?;
        let start = Instant::now();
        let status = loop {
            match shell.try_wait()? {
                None if start.elapsed() < LIMIT => std::thread::sleep(Duration::from_millis(20)),
                status => break status,
            }
        };
        // Also ends its processes in the background. The group may be empty.
        Command::new("kill")
            .args(["-KILL", "--", &format!("-{}", shell.id())])
            .stderr(Stdio::null())
            .status()?;
        let Some(status) = status else {
            shell.wait()?;
            return Err(format!("the script takes more than {LIMIT:?}:\n{script}").into());
        };
        let printed = without_progress(&String::from_utf8_lossy(&fs::read(&log)?));
        let shown = format!("\n{}\n{}", indented("$ ", script), indented("  ", &printed));
        if status.success() == fails {
            let wanted = if fails { "must fail" } else { "failed" };
            return Err(format!("the script {wanted} ({status}):{shown}").into());
        }
        match expected {
            Some(expected) if !matches_output(expected, &printed) => {
                let expected = indented("  ", expected);
                Err(format!("the output differs:{shown}\nthe page has:\n{expected}").into())
            }
            None if !fails && printed.lines().any(|line| line.starts_with("warning")) => Err(
                format!("the script prints a warning that the page does not show:{shown}").into(),
            ),
            _ => {
                if !fails {
                    self.directory = fs::read_to_string(&directory)?.trim_end().into();
                }
                self.prepare_package()
            }
        }
    }

    /// Copies the lock file into a new package, so that its versions are available offline, and
    /// links the target directory.
    fn prepare_package(&self) -> Result<(), Box<dyn Error>> {
        if !self.directory.join("Cargo.toml").exists() {
            return Ok(());
        }
        let lock = self.directory.join("Cargo.lock");
        if !lock.exists() {
            fs::copy(self.root.join("Cargo.lock"), lock)?;
        }
        let target = self.directory.join("target");
        if !target.exists() {
            fs::create_dir_all(&self.target)?;
            std::os::unix::fs::symlink(&self.target, target)?;
        }
        Ok(())
    }
}

/// The index of the first line that begins with a text.
fn position(text: &str, start: &str) -> Result<usize, String> {
    let mut lines = text.lines();
    let found = lines.position(|line| line.trim_start().starts_with(start));
    found.ok_or_else(|| format!("no line begins with `{start}`:\n{text}"))
}

/// Replaces the item whose first line begins with `item` up to its closing brace.
fn replace_item(old: &str, item: &str, text: &str) -> Result<String, String> {
    let lines: Vec<&str> = old.lines().collect();
    let first = position(old, item)?;
    let indentation = lines[first].len() - lines[first].trim_start().len();
    let end = format!("{}}}", " ".repeat(indentation));
    let length = lines[first..]
        .iter()
        .position(|line| *line == end)
        .ok_or_else(|| format!("`{item}` has no closing brace:\n{old}"))?;
    let mut new: Vec<&str> = lines[..first].to_vec();
    new.extend(text.lines());
    new.extend(&lines[first + length + 1..]);
    Ok(new.join("\n") + "\n")
}

fn indented(prefix: &str, text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("{prefix}{line}")).collect();
    lines.join("\n")
}

/// Drops cargo's progress, which depends on the crates that are compiled already.
fn without_progress(output: &str) -> String {
    const VERBS: &[&str] = &[
        "Adding",
        "Blocking",
        "Building",
        "Checking",
        "Compiling",
        "Creating",
        "Doc-tests",
        "Finished",
        "Locking",
        "Running",
        "Updating",
    ];
    let is_progress = |line: &str| {
        let mut words = line.split_whitespace();
        let verb = words.next().unwrap_or_default();
        // Cargo aligns them.
        line.starts_with(' ')
            && line.find(verb) == 12_usize.checked_sub(verb.len())
            && VERBS.contains(&verb)
    };
    let lines = output.lines().filter(|line| !is_progress(line));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Whether an output is the expected one. The lines of tests, which run concurrently, may be in any
/// order.
fn matches_output(expected: &str, printed: &str) -> bool {
    let (expected, printed) = (normalized(expected), normalized(printed));
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    let printed: Vec<&str> = printed.iter().map(String::as_str).collect();
    matches_list(
        &expected,
        &printed,
        |line| *line == "…",
        |pattern, line| {
            let pattern: Vec<char> = pattern.chars().collect();
            let line: Vec<char> = line.chars().collect();
            matches_list(&pattern, &line, |char| *char == '…', |a, b| a == b)
        },
    )
}

/// The lines without blank lines at both ends and without trailing blanks. Consecutive results of
/// tests are sorted.
fn normalized(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text
        .trim()
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    let is_test = |line: &String| line.starts_with("test ") && line.contains(" ... ");
    for group in lines.chunk_by_mut(|a, b| is_test(a) && is_test(b)) {
        group.sort();
    }
    lines
}

/// Matches a list against a pattern in which some elements match any number of elements.
fn matches_list<T>(
    pattern: &[T],
    list: &[T],
    is_any: impl Fn(&T) -> bool,
    equal: impl Fn(&T, &T) -> bool,
) -> bool {
    let (mut at, mut position) = (0, 0);
    // The last wildcard, and the position after the elements that it matches so far.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match pattern.get(at) {
            Some(element) if is_any(element) => {
                retry = Some((at, position));
                at += 1;
                continue;
            }
            Some(element) if position < list.len() && equal(element, &list[position]) => {
                at += 1;
                position += 1;
                continue;
            }
            None if position == list.len() => return true,
            _ => {}
        }
        match retry {
            Some((wildcard, end)) if end < list.len() => {
                retry = Some((wildcard, end + 1));
                at = wildcard + 1;
                position = end + 1;
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, matches_output, replace_item, steps, without_progress};

    #[test]
    fn a_page_is_parsed_into_steps() {
        let page = "`a.rs`:\n\n```rust\nx\n```\n\nAdd to `a.rs`:\n\n```rust\ny\n```\n\nChange `x` to `z` in `a.rs`, and run:\n\n```sh\nls\n```\n\nIt prints:\n\n```text\na.rs\n```\n";
        let found = steps(page).unwrap();
        let lines: Vec<usize> = found.iter().map(|step| step.line).collect();
        assert_eq!(lines, [3, 9, 13, 15]);
        let last = Action::Script {
            script: "ls\n".to_owned(),
            fails: false,
            expected: Some("a.rs\n".to_owned()),
        };
        assert_eq!(found[3].action, last);
        let hidden = steps("Click it:\n\n<!-- sh\ncurl a\n-->\n").unwrap();
        let script = Action::Script {
            script: "curl a\n".to_owned(),
            fails: false,
            expected: None,
        };
        assert_eq!(hidden[0].action, script);
        for before in ["Code:", "See `a.rs`:"] {
            let (line, _) = steps(&format!("{before}\n\n```rust\nx\n```\n")).unwrap_err();
            assert_eq!(line, 3);
        }
    }

    #[test]
    fn an_item_is_replaced_up_to_its_closing_brace() {
        let old = "a {\n    b {\n    }\n    c {\n        }\n    }\n}\n";
        let new = replace_item(old, "c", "    d\n").unwrap();
        assert_eq!(new, "a {\n    b {\n    }\n    d\n}\n");
        replace_item(old, "e", "").unwrap_err();
    }

    #[test]
    fn outputs_match_with_ellipses_and_reordered_tests() {
        assert!(matches_output("a\n…\nd\n", "\na\nb\nc\nd\n"));
        assert!(matches_output("took … s and … s", "took 1 s and 2 s"));
        assert!(matches_output(
            "test a ... ok\ntest b ... ok",
            "test b ... ok\ntest a ... ok"
        ));
        assert!(!matches_output("a\nb", "b\na"));
        assert!(!matches_output("a …", "b c"));
        let output = "   Compiling orders v0.1.0\n  Compiling is not right-aligned\nok\n";
        let rest = "  Compiling is not right-aligned\nok\n";
        assert_eq!(without_progress(output), rest);
    }
}
