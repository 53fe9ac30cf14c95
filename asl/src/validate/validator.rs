//! The validator, with configurable severities.

use std::fmt;
use std::sync::Arc;

use super::Subject;
use super::custom::{CustomRule, MachineView};
use super::definition::Definition;
use super::flow::TargetNames;
use super::known_names::KnownNames;
use super::report::Report;
use super::rule_id::{RuleIdError, RuleIds};
use super::rules::RULES;
use super::silence::Suppressions;
use crate::analysis::{FieldWords, asl_field};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::json::Document;
use crate::model::MachineType;
use crate::setters;

/// The rule about the names of placeholders.
const UNKNOWN_PLACEHOLDER: &str = "SW005";

/// Checks definitions with configurable severities and user-defined rules.
///
/// ```
/// use stepwright_asl::validate::{MachineType, Validator};
///
/// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": false, "Next": "B"}, "B": {"Type": "Succeed"}}}"#;
/// let validator = Validator::new(MachineType::Standard);
/// assert!(!validator.check_text(text).has_errors());
/// assert!(validator.clone().deny("SW029")?.check_text(text).has_errors());
/// assert!(validator.clone().allow("SW029")?.check_text(text).is_empty());
/// assert!(validator.clone().allow("needless-end-false")?.check_text(text).is_empty());
///
/// let unknown = validator.allow("SW02").unwrap_err();
/// assert!(unknown.to_string().starts_with("there is no rule `SW02`; did you mean `SW0"));
/// # Ok::<(), stepwright_asl::validate::RuleIdError>(())
/// ```
///
/// A definition can suppress warnings itself. `stepwright: allow SW024, missing-timeout` in the
/// `Comment` of a state applies to the state and everything in it; in the `Comment` of the machine,
/// it applies to the whole machine. Such a comment takes precedence over [`deny`](Validator::deny).
/// Errors cannot be suppressed.
///
/// ```
/// use stepwright_asl::validate::{MachineType, Validator};
///
/// let text = r#"{"StartAt": "A", "States": {
///     "A": {"Type": "Pass", "End": false, "Next": "B", "Comment": "stepwright: allow SW029"}, "B": {"Type": "Succeed"}}}"#;
/// assert!(Validator::new(MachineType::Standard).deny_warnings().check_text(text).is_empty());
/// ```
#[derive(Clone)]
pub struct Validator {
    machine_type: MachineType,
    custom: Vec<Arc<dyn CustomRule>>,
    known: KnownNames,
    words: FieldWords,
    off: Vec<&'static str>,
    denied: Vec<&'static str>,
    allowed: Vec<&'static str>,
    denies_warnings: bool,
    reports_consequences: bool,
}

impl Validator {
    /// Creates a validator with every rule, for machines of this type.
    pub fn new(machine_type: MachineType) -> Validator {
        Validator {
            machine_type,
            custom: Vec::new(),
            known: KnownNames::default(),
            words: asl_field,
            off: Vec::new(),
            denied: Vec::new(),
            allowed: Vec::new(),
            denies_warnings: false,
            reports_consequences: false,
        }
    }

    /// Also reports diagnostics that are only consequences of missing transition targets.
    pub(super) fn with_consequences(mut self) -> Validator {
        self.reports_consequences = true;
        self
    }

    setters! { self:
        /// Sets the machine type.
        #[must_use]
        of_type(machine_type: MachineType) => self.machine_type = machine_type;
        /// Accepts all placeholders again, as for a definition whose template supplies them.
        #[must_use]
        with_any_placeholder() => self.known.placeholders = None;
        /// Sets the words for fields in messages: those of the front end that wrote the definition.
        #[doc(hidden)]
        #[must_use]
        in_words(words: FieldWords) => self.words = words;
        /// Reports all warnings as errors, except those of rules that are
        /// [allowed](Validator::allow).
        #[must_use]
        deny_warnings() => self.denies_warnings = true;
    }

    /// Adds a user-defined rule.
    ///
    /// # Errors
    ///
    /// If another rule has the same id.
    pub fn with_rule(mut self, rule: impl CustomRule + 'static) -> Result<Validator, RuleIdError> {
        if self.rule_ids().get(rule.id()).is_some() {
            let id = rule.id().to_owned();
            return Err(RuleIdError::Taken { id });
        }
        self.custom.push(Arc::new(rule));
        Ok(self)
    }

    /// Reports `${placeholders}` with other names (SW005). Each call adds names.
    ///
    /// ```
    /// use stepwright_asl::validate::{MachineType, Validator};
    ///
    /// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${ChargeFunctonArn}", "End": true}}}"#;
    /// let validator = Validator::new(MachineType::Standard).with_known_placeholders(["ChargeFunctionArn"]);
    /// let diagnostics = validator.check_text(text);
    /// let unknown = diagnostics.iter().find(|diagnostic| diagnostic.code == Some("SW005")).expect("a warning");
    /// assert_eq!(unknown.help.as_deref(), Some("did you mean `ChargeFunctionArn`?"));
    /// ```
    #[must_use]
    pub fn with_known_placeholders(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Validator {
        let known = self.known.placeholders.get_or_insert_default();
        Arc::make_mut(known).extend(names.into_iter().map(Into::into));
        self
    }

    /// Accepts integrations that AWS's tables may lack (SW041): resources such as
    /// `arn:aws:states:::service:action`, or the part after `:::`. A `*` at the end stands for any
    /// rest. Each call adds services.
    ///
    /// ```
    /// use stepwright_asl::validate::{MachineType, Validator};
    ///
    /// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::shiny:doIt.sync", "End": true}}}"#;
    /// let validator = Validator::new(MachineType::Standard);
    /// let reports = |validator: &Validator| validator.check_text(text).iter().any(|one| one.code == Some("SW041"));
    /// # if cfg!(feature = "integrations") {
    /// assert!(reports(&validator));
    /// # }
    /// assert!(!reports(&validator.with_known_services(["shiny:*"])));
    /// ```
    #[must_use]
    pub fn with_known_services(
        mut self,
        services: impl IntoIterator<Item = impl Into<String>>,
    ) -> Validator {
        self.known
            .add_services(services.into_iter().map(Into::into));
        self
    }

    /// Reports the diagnostics of the rule with this id or name as errors, regardless of case. Of
    /// `deny` and [`allow`](Validator::allow), the last call counts.
    ///
    /// # Errors
    ///
    /// If no rule has the id or name. [Add](Validator::with_rule) a user-defined rule before you
    /// deny it.
    pub fn deny(mut self, id: impl AsRef<str>) -> Result<Validator, RuleIdError> {
        let id = self.rule_ids().resolve(id.as_ref())?;
        self.allowed.retain(|other| *other != id);
        self.denied.push(id);
        Ok(self)
    }

    /// Suppresses the warnings of this rule. Errors cannot be suppressed, because AWS would still
    /// reject the definition. Of [`deny`](Validator::deny) and `allow`, the last call counts.
    ///
    /// # Errors
    ///
    /// See [`deny`](Validator::deny).
    pub fn allow(mut self, id: impl AsRef<str>) -> Result<Validator, RuleIdError> {
        let id = self.rule_ids().resolve(id.as_ref())?;
        self.denied.retain(|other| *other != id);
        self.allowed.push(id);
        Ok(self)
    }

    /// Removes the rule with this id or name, including its errors.
    ///
    /// # Errors
    ///
    /// See [`deny`](Validator::deny).
    pub fn without(mut self, id: impl AsRef<str>) -> Result<Validator, RuleIdError> {
        self.off.push(self.rule_ids().resolve(id.as_ref())?);
        Ok(self)
    }

    /// The ids of all rules: first the built-in rules, then the added ones.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> {
        let custom = self.custom.iter().map(|rule| rule.id());
        RULES.iter().map(|rule| rule.id).chain(custom)
    }

    fn rule_ids(&self) -> RuleIds {
        let built_in = RULES.iter().map(|rule| (rule.id, Some(rule.name)));
        let custom = self.custom.iter().map(|rule| (rule.id(), None));
        RuleIds::of(built_in.chain(custom))
    }

    /// Checks the text of a definition.
    pub fn check_text(&self, text: &str) -> Diagnostics {
        if text.trim().is_empty() {
            let document = Document::unparsed(text);
            return self.check(&document);
        }
        match Document::parse(text) {
            Ok(document) => self.check(&document),
            Err(error) => error.into(),
        }
    }

    /// Checks a definition: a [`Document`] or a [`StateMachine`](crate::StateMachine).
    pub fn check<'d>(&self, definition: impl Into<Subject<'d>>) -> Diagnostics {
        let Subject(document) = definition.into();
        let document = document.as_ref();
        let mut definition = Definition::read(document, self.machine_type);
        definition.rule_ids = self.rule_ids();
        definition.known = self.known.clone();
        definition.words = self.words;
        if self.reports_consequences {
            let Definition {
                graph,
                flow,
                unknown,
                ..
            } = &definition;
            definition.target_names = TargetNames::with_consequences(graph, flow, unknown);
        }
        let definition = definition;
        let mut report = Report::new(document);
        for rule in RULES {
            if !self.off.contains(&rule.id) {
                report.begin(rule.heading());
                (rule.check)(&definition, &mut report);
            }
        }
        self.check_custom(&definition, &mut report);
        let truncated = report.is_truncated();
        let mut diagnostics = report.finish();
        let silence = Suppressions::of(&definition);
        diagnostics.retain_mut(|diagnostic| {
            let is_error = diagnostic.severity == Severity::Error;
            // Only the name of a placeholder can be wrong.
            let is_unknown = diagnostic.code != Some(UNKNOWN_PLACEHOLDER)
                && definition.unknown.explains(document, diagnostic);
            !is_unknown
                && (is_error || !silence.covers(diagnostic))
                && self.apply_severity(diagnostic)
        });
        Diagnostics::of(diagnostics, truncated)
    }

    fn check_custom(&self, definition: &Definition<'_>, report: &mut Report<'_>) {
        let machine = MachineView::of(definition);
        for rule in &self.custom {
            if self.off.contains(&rule.id()) {
                continue;
            }
            let mut diagnostics = Vec::new();
            let mut take = |diagnostics: &mut Vec<Diagnostic>| {
                for mut diagnostic in diagnostics.drain(..) {
                    diagnostic.code = Some(rule.id());
                    diagnostic.name = None;
                    report.place(diagnostic);
                }
            };
            rule.check_machine(&machine, &mut diagnostics);
            take(&mut diagnostics);
            for state in machine.states() {
                rule.check_state(&state, &mut diagnostics);
                take(&mut diagnostics);
            }
        }
    }

    /// Applies the configured severity to a diagnostic. Returns `false` if it is suppressed.
    fn apply_severity(&self, diagnostic: &mut Diagnostic) -> bool {
        if diagnostic.severity == Severity::Error {
            return true;
        }
        let has_code = |codes: &[&str]| diagnostic.code.is_some_and(|code| codes.contains(&code));
        let is_allowed = has_code(&self.allowed);
        if has_code(&self.denied) || self.denies_warnings && !is_allowed {
            diagnostic.severity = Severity::Error;
            return true;
        }
        !is_allowed
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let custom: Vec<&str> = self.custom.iter().map(|rule| rule.id()).collect();
        f.debug_struct("Validator")
            .field("machine_type", &self.machine_type)
            .field("custom", &custom)
            .field("off", &self.off)
            .field("denied", &self.denied)
            .field("allowed", &self.allowed)
            .field("denies_warnings", &self.denies_warnings)
            .finish()
    }
}
