//! Reviews: everything that a change of definitions affects, sorted by risk.
//!
//! ```
//! use stepwright_asl::json::Json;
//! use stepwright_review::review::{Review, ReviewedDefinition, RiskKind};
//!
//! let old: Json = r#"{"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "End": true,
//!     "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "charge"},
//!     "Catch": [{"ErrorEquals": ["Declined"], "Next": "Reject"}]},
//!     "Reject": {"Type": "Fail"}}}"#.parse()?;
//! let new: Json = r#"{"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "End": true,
//!     "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "charge"}}}}"#.parse()?;
//!
//! let of = |json: &Json| ReviewedDefinition::new("orders", "orders.asl.json", json.clone());
//! let mut review = Review::new();
//! review.compare(Some(of(&old)), Some(of(&new)));
//! let risk = &review.definitions()[0].risks()[0];
//! assert_eq!((risk.kind, risk.message.as_str()), (RiskKind::LostHandler, "`Charge` no longer catches `Declined`"));
//!
//! let mut same = Review::new();
//! same.compare(Some(of(&old)), Some(of(&old)));
//! assert!(same.is_unchanged());
//! # Ok::<(), stepwright_asl::SyntaxError>(())
//! ```

mod picture;
mod report;
mod reviewed_definition;
mod risk;
mod risks;

use serde::Serialize;
use stepwright_asl::diff::Diff;
use stepwright_asl::json::Json as Asl;
use stepwright_asl::model::{MachineType, StateMachine};
use stepwright_explore::Report;
use stepwright_tools::estimate::Estimate;

use crate::rehearsal::RehearsalReport;
use crate::renamed_states::renamed_states;

pub use self::report::MARKER;
pub use self::reviewed_definition::ReviewedDefinition;
pub use self::risk::{Risk, RiskKind, RiskLevel};
pub use self::risks::PermissionChange;

/// What happened to a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ReviewStatus {
    /// It differs in more than comments.
    Changed,
    /// It is new.
    Added,
    /// It was removed.
    Removed,
    /// Only comments differ.
    Comments,
    /// It is unchanged, and a definition that it starts has changed.
    Affected,
}

impl ReviewStatus {
    /// Returns the status as a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Comments => "only comments changed",
            Self::Affected => "unchanged, but starts a changed definition",
        }
    }
}

/// The review of one definition that was changed, added or removed.
#[derive(Clone, Debug)]
pub struct DefinitionReview {
    name: String,
    file: String,
    status: ReviewStatus,
    diff: Diff,
    risks: Vec<Risk>,
    permissions: PermissionChange,
    before: Option<Estimate>,
    after: Option<Estimate>,
    rehearsal: Option<RehearsalReport>,
    old: Option<Asl>,
    new: Option<Asl>,
}

/// The review of a change of any number of definitions.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Review {
    definitions: Vec<DefinitionReview>,
    unchanged: usize,
    notes: Vec<String>,
}

impl Review {
    /// Creates a review without definitions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Compares the two sides of a definition: `None` if it was added or removed. An unchanged
    /// definition is counted only.
    pub fn compare(&mut self, old: Option<ReviewedDefinition>, new: Option<ReviewedDefinition>) {
        let nothing = Asl::Object(stepwright_asl::json::Object::new());
        let json = |side: &Option<ReviewedDefinition>| side.as_ref().map(|side| side.json.clone());
        let (before, after) = (json(&old), json(&new));
        let Some(shown) = new.as_ref().or(old.as_ref()) else {
            return;
        };
        let diff = Diff::of(
            before.as_ref().unwrap_or(&nothing),
            after.as_ref().unwrap_or(&nothing),
        );
        let type_changes =
            matches!((&old, &new), (Some(old), Some(new)) if old.machine_type != new.machine_type);
        let new_diagnostics = match &new {
            Some(new) => risks::diagnostics(old.as_ref(), new),
            None => Vec::new(),
        };
        let status = match (&old, &new) {
            (None, _) => ReviewStatus::Added,
            (_, None) => ReviewStatus::Removed,
            _ if diff.is_empty() && !type_changes && new_diagnostics.is_empty() => {
                self.unchanged += 1;
                return;
            }
            _ if diff.is_comments_only() && !type_changes => ReviewStatus::Comments,
            _ => ReviewStatus::Changed,
        };
        let mut review = DefinitionReview {
            name: shown.name.clone(),
            file: shown.file.clone(),
            status,
            risks: new_diagnostics,
            permissions: PermissionChange::default(),
            before: None,
            after: None,
            rehearsal: None,
            old: before,
            new: after,
            diff,
        };
        review.collect(old.as_ref(), new.as_ref());
        review.sort();
        self.definitions.push(review);
    }

    /// Adds the rehearsal of recorded executions with the new definition of this name; of several
    /// with this name, the one that was compared last.
    pub fn rehearsed(&mut self, name: &str, report: RehearsalReport) {
        if let Some(review) = self.last_mut(name) {
            review.risks.extend(risks::rehearsal(&report));
            review.rehearsal = Some(report);
            review.sort();
        }
    }

    /// Adds the properties and rules that held for the old definition of this name and do not hold
    /// for the new one, as the searches over the paths of both found. Of several definitions with
    /// this name, it is the one that was compared last.
    pub fn explored(&mut self, name: &str, old: &Report, new: &Report) {
        if let Some(review) = self.last_mut(name) {
            review
                .risks
                .extend(risks::properties(&review.diff, old, new));
            review.sort();
        }
    }

    /// Adds the properties and rules of an unchanged definition that no longer hold because
    /// definitions that it starts have changed; `started` are their names. The searches over its
    /// paths are those with the old and with the new definitions that it starts.
    ///
    /// A definition without such risks is one of the unchanged ones.
    pub fn affected(
        &mut self,
        definition: ReviewedDefinition,
        started: &[String],
        old: &Report,
        new: &Report,
    ) {
        let unchanged = Diff::of(&definition.json, &definition.json);
        let mut risks = risks::properties(&unchanged, old, new);
        if risks.is_empty() {
            return;
        }
        for risk in &mut risks {
            risk.message.push_str(&risks::of_started(started));
            self.shorten(risk);
        }
        let mut reviewed = self.definitions.iter_mut();
        let is_same = |review: &&mut DefinitionReview| {
            review.name == definition.name && review.file == definition.file
        };
        // The type of its executions has changed.
        if let Some(review) = reviewed.find(is_same) {
            review.risks.append(&mut risks);
            review.sort();
            return;
        }
        self.unchanged = self.unchanged.saturating_sub(1);
        let mut review = DefinitionReview {
            name: definition.name,
            file: definition.file,
            status: ReviewStatus::Affected,
            risks,
            permissions: PermissionChange::default(),
            before: None,
            after: None,
            rehearsal: None,
            old: None,
            new: Some(definition.json),
            diff: unchanged,
        };
        review.sort();
        self.definitions.push(review);
    }

    /// Leaves the steps out if another affected definition has the same risk: of many definitions
    /// that start a changed one, one shows them.
    fn shorten(&self, risk: &mut Risk) {
        let reviews = self.definitions.iter();
        let mut affected = reviews.filter(|review| review.status == ReviewStatus::Affected);
        let is_same = |known: &Risk| known.kind == risk.kind && known.message == risk.message;
        let first = affected.find(|review| review.risks.iter().any(is_same));
        if let Some(first) = first.filter(|_| !risk.steps.is_empty()) {
            risk.steps.clear();
            risk.message
                .push_str(&format!("; the steps are those of `{}`", first.name));
        }
    }

    /// Adds a risk of the definition of this name that the caller found; of several with this name,
    /// to the one that was compared last.
    pub fn risk(&mut self, name: &str, risk: Risk) {
        if let Some(review) = self.last_mut(name) {
            review.risks.push(risk);
            review.sort();
        }
    }

    /// Definitions in different folders may have the same name.
    fn last_mut(&mut self, name: &str) -> Option<&mut DefinitionReview> {
        let mut definitions = self.definitions.iter_mut().rev();
        definitions.find(|review| review.name == name)
    }

    /// Adds a note, such as a definition that cannot be read.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Returns the definitions that were changed, added or removed, and those that a change
    /// affects: the highest risk first.
    pub fn definitions(&self) -> Vec<&DefinitionReview> {
        let mut definitions: Vec<&DefinitionReview> = self.definitions.iter().collect();
        definitions.sort_by_key(|review| {
            let highest = review.highest().unwrap_or(RiskLevel::Low);
            let count = std::cmp::Reverse(review.risks.len());
            (
                review.highest().is_none(),
                highest,
                count,
                review.status,
                review.name.clone(),
            )
        });
        definitions
    }

    /// Returns how many definitions are unchanged.
    pub fn unchanged(&self) -> usize {
        self.unchanged
    }

    /// Returns the notes.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Returns whether nothing differs.
    pub fn is_unchanged(&self) -> bool {
        self.definitions.is_empty()
    }

    /// Returns how many risks have this level.
    pub fn count(&self, level: RiskLevel) -> usize {
        let risks = self.definitions.iter().flat_map(|review| &review.risks);
        risks.filter(|risk| risk.level == level).count()
    }
}

impl DefinitionReview {
    fn collect(&mut self, old: Option<&ReviewedDefinition>, new: Option<&ReviewedDefinition>) {
        // A definition that cannot be read has no permissions and no cost; its errors are risks.
        let machine = |side: Option<&ReviewedDefinition>| {
            StateMachine::from_json(&side?.json.to_string()).ok()
        };
        let (before, after) = (machine(old), machine(new));
        let is_complete =
            old.is_none_or(|_| before.is_some()) && new.is_none_or(|_| after.is_some());
        if is_complete {
            let found = risks::permissions(&self.name, before.as_ref(), after.as_ref());
            self.permissions = found.0;
            // All permissions of a new definition are new, and those of a removed one are not
            // needed.
            match self.status {
                ReviewStatus::Added | ReviewStatus::Removed => {}
                _ => self.risks.extend(found.1),
            }
        }
        if let (Some(after), true) = (&after, is_complete) {
            let machine_type = new.map_or(MachineType::Standard, |new| new.machine_type);
            let renames = renamed_states(&self.diff);
            let (estimated, now, found) =
                risks::cost(before.as_ref(), after, machine_type, &renames);
            self.before = estimated;
            self.after = Some(now);
            self.risks.extend(found);
        }
        match (old, new) {
            (Some(old), Some(new)) => {
                self.risks
                    .extend(risks::handlers(&self.diff, &old.json, &new.json));
                self.risks.extend(risks::running(&self.diff));
                if old.machine_type != new.machine_type {
                    let message = format!(
                        "the state machine was {} and is {}; AWS cannot change the type of a state machine, so it is replaced: running executions stop, and its history is deleted",
                        old.machine_type.as_str(),
                        new.machine_type.as_str()
                    );
                    self.risks
                        .push(Risk::new(RiskLevel::High, RiskKind::ExecutionType, message));
                }
            }
            (Some(_), None) => {
                let message = "the state machine is removed: nothing can start it any more, and its callers fail";
                self.risks.push(Risk::new(
                    RiskLevel::High,
                    RiskKind::RemovedDefinition,
                    message,
                ));
            }
            _ => {}
        }
        if let Some(new) = new {
            for risk in &mut self.risks {
                if risk.line.is_none() {
                    risk.line = risk
                        .pointer
                        .as_deref()
                        .and_then(|pointer| new.line(pointer));
                }
            }
        }
    }

    fn sort(&mut self) {
        self.risks
            .sort_by(|a, b| (a.level, a.kind, &a.message).cmp(&(b.level, b.kind, &b.message)));
        self.risks.dedup();
    }

    /// Returns the name of the state machine.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the file: the new one, unless the definition was removed.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Returns what happened to the definition.
    pub fn status(&self) -> ReviewStatus {
        self.status
    }

    /// Returns the risks, the highest first.
    pub fn risks(&self) -> &[Risk] {
        &self.risks
    }

    /// Returns the differences.
    pub fn diff(&self) -> &Diff {
        &self.diff
    }

    /// Returns the permissions that were added and removed.
    pub fn permissions(&self) -> &PermissionChange {
        &self.permissions
    }

    /// Returns the estimates of the old and of the new definition.
    pub fn estimates(&self) -> (Option<&Estimate>, Option<&Estimate>) {
        (self.before.as_ref(), self.after.as_ref())
    }

    /// Returns the rehearsal of recorded executions, if there is one.
    pub fn rehearsal(&self) -> Option<&RehearsalReport> {
        self.rehearsal.as_ref()
    }

    /// Returns the diagram of the new definition with the changed states and the new transitions
    /// marked; `None` if the definition was removed.
    pub fn picture(&self) -> Option<stepwright_diagram::Diagram> {
        Some(picture::changed(
            self.new.as_ref()?,
            &self.diff,
            picture::Side::New,
        ))
    }

    /// Returns the highest level of its risks.
    pub fn highest(&self) -> Option<RiskLevel> {
        self.risks.iter().map(|risk| risk.level).min()
    }
}
