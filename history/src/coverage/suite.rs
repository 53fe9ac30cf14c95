//! The coverage of all tests of a suite.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use stepwright_asl::json::Json as Asl;

use super::coverage_file::{ENDING, MARK, VERSION};
use super::{Coverage, share};

/// The coverage of all test processes of a suite, for each workflow. Engines write it into a
/// directory if the environment variable `STEPWRIGHT_COVERAGE` is set for their process, or
/// `EngineBuilder::coverage` of `stepwright-runtime` was called. Nested workflows and the children
/// of Map Runs are included.
#[derive(Clone, Debug, PartialEq)]
pub struct SuiteCoverage {
    workflows: Vec<MeasuredWorkflow>,
}

/// A workflow, or another definition, that an engine of the suite had.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MeasuredWorkflow {
    /// The name that it was registered under.
    pub name: String,
    /// The definition.
    pub definition: Asl,
    /// The coverage of its executions; empty without executions.
    pub coverage: Coverage,
}

impl MeasuredWorkflow {
    /// Creates a workflow without any coverage.
    pub fn new(name: impl Into<String>, definition: Asl) -> Self {
        let coverage = Coverage::of_definition(&definition);
        Self {
            name: name.into(),
            definition,
            coverage,
        }
    }
}

/// The error for a directory whose coverage cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SuiteCoverageError(String);

impl SuiteCoverage {
    /// Reads and merges all files of a directory. Different definitions with the same name are
    /// separate workflows.
    ///
    /// # Errors
    ///
    /// A directory or a file that cannot be read, and a directory without the coverage of a
    /// workflow.
    pub fn read(folder: impl AsRef<Path>) -> Result<Self, SuiteCoverageError> {
        let folder = folder.as_ref();
        let shown = folder.display();
        let cannot = |error: std::io::Error| {
            SuiteCoverageError(format!("cannot read the coverage in {shown}: {error}"))
        };
        let mut files: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(folder).map_err(cannot)? {
            let path = entry.map_err(cannot)?.path();
            if path.extension().is_some_and(|ending| ending == ENDING) {
                files.push(path);
            }
        }
        files.sort();
        let mut merged: BTreeMap<(String, String), MeasuredWorkflow> = BTreeMap::new();
        for file in files {
            let text = fs::read_to_string(&file).map_err(cannot)?;
            read_file(&text, &mut merged).map_err(|(line, reason)| {
                SuiteCoverageError(format!("{}:{line}: {reason}", file.display()))
            })?;
        }
        // The file of a process whose engines have no state machines has none either.
        if merged.is_empty() {
            return Err(SuiteCoverageError(format!(
                "there is no coverage in {shown}; run the tests with STEPWRIGHT_COVERAGE set to the absolute path of this folder"
            )));
        }
        Ok(Self {
            workflows: merged.into_values().collect(),
        })
    }

    /// Returns the workflows, by their names.
    pub fn workflows(&self) -> &[MeasuredWorkflow] {
        &self.workflows
    }

    /// Selects these workflows, in their current version: the coverage that was written under their
    /// names or with the same definitions. A workflow that no test ran has no coverage.
    #[must_use]
    pub fn held_against(&self, workflows: impl IntoIterator<Item = MeasuredWorkflow>) -> Self {
        let held = workflows.into_iter().map(|mut workflow| {
            for found in &self.workflows {
                if is_same(found, &workflow) {
                    workflow.coverage.merge(&found.coverage);
                }
            }
            workflow
        });
        Self {
            workflows: held.collect(),
        }
    }

    /// Selects the workflows whose name passes the filter.
    #[must_use]
    pub fn named(mut self, is_wanted: impl Fn(&str) -> bool) -> Self {
        self.workflows.retain(|workflow| is_wanted(&workflow.name));
        self
    }

    /// Returns the covered percentage of all states, transitions, retriers and catchers of all
    /// workflows, from 0 to 100.
    pub fn percent(&self) -> f64 {
        let (covered, all) = self.sums();
        share(covered, all)
    }

    /// Panics when the covered percentage is too low, and lists the missing parts.
    ///
    /// # Panics
    ///
    /// When [`percent`](Self::percent) is less than `percent`.
    #[track_caller]
    pub fn assert_at_least(&self, percent: f64) {
        assert!(
            self.percent() >= percent,
            "less than {percent} % are covered\n{self}"
        );
    }

    /// Returns the coverage of each workflow, and the covered percentage, as JSON for programs.
    pub fn to_json(&self) -> Json {
        let workflows = self.workflows.iter();
        let workflows = workflows.map(|workflow| {
            let mut json = workflow.coverage.to_json();
            json["name"] = json!(workflow.name);
            json
        });
        let (covered, all) = self.sums();
        json!({
            "percent": self.percent(),
            "covered": covered,
            "all": all,
            "workflows": workflows.collect::<Json>(),
        })
    }

    fn sums(&self) -> (usize, usize) {
        let workflows = self.workflows.iter();
        let rows = workflows.flat_map(|workflow| workflow.coverage.rows());
        rows.fold((0, 0), |(covered, all), (_, of_row, in_row)| {
            (covered + of_row, all + in_row)
        })
    }
}

/// Formats each workflow with its missing parts for people, and the total if there are several.
impl fmt::Display for SuiteCoverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, workflow) in self.workflows.iter().enumerate() {
            if number > 0 {
                f.write_str("\n\n")?;
            }
            write!(f, "{}: {}", workflow.name, workflow.coverage)?;
        }
        if self.workflows.len() != 1 {
            let (covered, all) = self.sums();
            let count = self.workflows.len();
            write!(
                f,
                "\n\nall: coverage {:.1} % ({covered} of {all}) of {count} workflows",
                self.percent()
            )?;
        }
        Ok(())
    }
}

/// Returns whether written coverage belongs to a workflow: the same definition, or the same name in
/// any spelling.
fn is_same(found: &MeasuredWorkflow, workflow: &MeasuredWorkflow) -> bool {
    let letters = |name: &str| -> String {
        let letters = name.chars().filter(|letter| letter.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    found.definition == workflow.definition || letters(&found.name) == letters(&workflow.name)
}

type MergedWorkflows = BTreeMap<(String, String), MeasuredWorkflow>;

/// Reads the lines of one process. A last line without an end was interrupted with the process, and
/// is ignored.
fn read_file(text: &str, merged: &mut MergedWorkflows) -> Result<(), (usize, String)> {
    let mut known: BTreeMap<i64, (String, String)> = BTreeMap::new();
    let lines = text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    for (index, line) in lines.enumerate() {
        let refused = |reason: &str| (index + 1, reason.to_owned());
        let line: Asl = line
            .trim_end()
            .parse()
            .map_err(|_| refused("this is not a line of a coverage file"))?;
        if index == 0 {
            match line.get(MARK).and_then(Asl::as_i64) {
                Some(VERSION) => continue,
                Some(_) => return Err(refused("another version of stepwright wrote this file")),
                None => return Err(refused("this is not a coverage file")),
            }
        }
        if let Some(number) = line.get("define").and_then(Asl::as_i64) {
            let name = line.get("name").and_then(Asl::as_str);
            let (Some(name), Some(definition)) = (name, line.get("machine")) else {
                return Err(refused("a definition needs `name` and `machine`"));
            };
            let key = (name.to_owned(), definition.to_string());
            merged
                .entry(key.clone())
                .or_insert_with(|| MeasuredWorkflow::new(name, definition.clone()));
            known.insert(number, key);
            continue;
        }
        let workflow = line.get("of").and_then(Asl::as_i64);
        let workflow = workflow.and_then(|number| known.get(&number));
        let Some(workflow) = workflow.and_then(|key| merged.get_mut(key)) else {
            return Err(refused(
                "this line names a definition that no earlier line defines",
            ));
        };
        workflow.coverage.add_line(&line);
    }
    Ok(())
}

impl Coverage {
    /// Adds the coverage of an execution.
    fn add_line(&mut self, line: &Asl) {
        let rows = |kind: &str| line.get(kind).and_then(Asl::as_array).unwrap_or_default();
        let text = |row: &Asl, at: usize| row.as_array()?.get(at)?.as_str().map(str::to_owned);
        let number = |row: &Asl, at: usize| u64::try_from(row.as_array()?.get(at)?.as_i64()?).ok();
        let runs = line.get("runs").and_then(Asl::as_i64).unwrap_or_default();
        self.runs += u64::try_from(runs).unwrap_or_default();
        for row in rows("states") {
            let name = text(row, 0);
            let mut states = self.states.iter_mut();
            if let Some(found) = states.find(|found| Some(&found.name) == name.as_ref()) {
                found.count += number(row, 1).unwrap_or_default();
            }
        }
        for row in rows("transitions") {
            if let (Some(from), Some(to), Some(count)) =
                (text(row, 0), text(row, 1), number(row, 2))
                && let Some(found) = self.transition(&from, &to)
            {
                found.count += count;
            }
        }
        for row in rows("retriers") {
            let (name, index) = (text(row, 0), number(row, 1));
            let mut retriers = self.retriers.iter_mut();
            let found = retriers.find(|found| {
                Some(&found.state) == name.as_ref() && Some(found.index as u64) == index
            });
            if let Some(found) = found {
                found.count += number(row, 2).unwrap_or_default();
            }
        }
        for row in rows("catchers") {
            let (name, index) = (text(row, 0), number(row, 1));
            let mut catchers = self.catchers.iter_mut();
            let found = catchers.find(|found| {
                Some(&found.state) == name.as_ref() && Some(found.index as u64) == index
            });
            if let Some(found) = found {
                found.count += number(row, 2).unwrap_or_default();
            }
        }
    }
}
