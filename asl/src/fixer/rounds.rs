//! Makes the fixes of a validator's diagnostics.

use std::collections::HashSet;

use super::suppression::suppression;
use crate::SyntaxError;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::edit::{Edit, Editor};
use crate::fix::{Fix, Safety};
use crate::json::Document;
#[cfg(feature = "yaml")]
use crate::template::{self, Embedded, EmbeddedDefinition, ReplacedStrings};
use crate::validate::Validator;

/// Makes the fixes of a validator's diagnostics in the text of a definition; see
/// [`fix`](crate::fix).
#[derive(Debug, Clone)]
pub struct Fixer {
    validator: Validator,
    changes: FixerChanges,
}

/// The changes that a fixer makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FixerChanges {
    /// The fixes of diagnostics, up to this safety.
    Fixes(Safety),
    /// Comments that allow warnings.
    Suppressions,
}

/// A text with fixes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Fixed {
    /// The text, which equals the given text if no fix was made.
    pub text: String,
    /// The fixes that were made, in the order of their rounds.
    pub applied: Vec<AppliedFix>,
    /// The allowed fixes that could not be made.
    pub refused: Vec<RefusedFix>,
    /// The remaining diagnostics. Those of a template are in the order of its machines, with
    /// pointers into their definitions.
    pub diagnostics: Diagnostics,
}

/// A fix that was made.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AppliedFix {
    /// The diagnostic, with the position that it had when it was fixed.
    pub diagnostic: Diagnostic,
    /// The fix.
    pub fix: Fix,
}

/// A fix that could not be made.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RefusedFix {
    /// The diagnostic.
    pub diagnostic: Diagnostic,
    /// The reason.
    pub reason: String,
}

/// A definition in a text: its pointer, and its diagnostics.
struct CheckedPart {
    pointer: String,
    diagnostics: Diagnostics,
}

/// A fix that the next round may make.
struct Candidate {
    diagnostic: Diagnostic,
    fix: Fix,
    /// The edits with pointers into the whole text.
    edits: Vec<Edit>,
    key: String,
}

/// Maximum number of rounds. A fix may reveal another diagnostic, such as a state that is
/// unreachable without the removed one.
const MAX_ROUNDS: usize = 200;

impl Fixer {
    /// Makes the safe fixes of this validator's diagnostics.
    pub fn new(validator: Validator) -> Fixer {
        Fixer {
            validator,
            changes: FixerChanges::Fixes(Safety::Safe),
        }
    }

    /// Also makes unsafe fixes.
    #[must_use]
    pub fn with_unsafe(mut self) -> Fixer {
        self.changes = FixerChanges::Fixes(Safety::Unsafe);
        self
    }

    /// Makes no fixes, but allows each warning by `stepwright: allow NAME` in the `Comment` of its
    /// state, or of the machine. So a project can begin to check new definitions before the old
    /// ones are corrected.
    ///
    /// ```
    /// use stepwright_asl::fix::Fixer;
    /// use stepwright_asl::validate::{MachineType, Validator};
    ///
    /// let fixer = Fixer::new(Validator::new(MachineType::Standard)).suppressing();
    /// let fixed = fixer.fix_json(r#"{"StartAt": "Again", "States": {
    ///   "Again": {"Type": "Choice", "Choices": [{"Variable": "$.again", "BooleanEquals": true, "Next": "Done"}]},
    ///   "Done": {"Type": "Succeed"}
    /// }}"#)?;
    /// assert!(fixed.text.contains(r#"{"Type": "Choice", "Comment": "stepwright: allow "#));
    /// assert!(fixed.diagnostics.is_empty());
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn suppressing(mut self) -> Fixer {
        self.changes = FixerChanges::Suppressions;
        self
    }

    /// Fixes a definition in JSON, or in a [dialect](crate::json::Dialect) of it.
    ///
    /// # Errors
    ///
    /// If the text is not JSON.
    pub fn fix_json(&self, text: &str) -> Result<Fixed, SyntaxError> {
        Ok(self.fix(Editor::parse_any_dialect(text)?, &|document| {
            self.whole(document)
        }))
    }

    /// Fixes a definition in YAML or JSON.
    ///
    /// # Errors
    ///
    /// If the text is not YAML.
    #[cfg(feature = "yaml")]
    pub fn fix_yaml(&self, text: &str) -> Result<Fixed, SyntaxError> {
        Ok(self.fix(Editor::parse_yaml(text)?, &|document| self.whole(document)))
    }

    /// Fixes the definitions in a [template](crate::template): objects, and strings in blocks (`|`)
    /// or in quotes. Definitions in other files are left out. A fix of a value that the template
    /// computes is refused, and so are all fixes in a string with several parts.
    ///
    /// ```
    /// use stepwright_asl::fix::Fixer;
    /// use stepwright_asl::validate::{MachineType, Validator};
    ///
    /// let template = "\
    /// Resources:
    ///   Orders:
    ///     Type: AWS::Serverless::StateMachine
    ///     Properties:
    ///       Definition:
    ///         StartAt: Charge
    ///         States:
    ///           Charge: {Type: Task, Resource: !GetAtt ChargeFunction.Arn, Next: Dnoe} # by card
    ///           Done: {Type: Succeed}
    /// ";
    /// let fixer = Fixer::new(Validator::new(MachineType::Standard));
    /// let fixed = fixer.fix_template(template)?;
    /// assert_eq!(fixed.text, template.replace("Dnoe", "Done"));
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the text is neither JSON nor YAML.
    #[cfg(feature = "yaml")]
    pub fn fix_template(&self, text: &str) -> Result<Fixed, SyntaxError> {
        let check = |document: &Document| {
            let machines = template::machines(document).unwrap_or_default();
            let parts = machines.into_iter().filter_map(|machine| {
                Some(CheckedPart {
                    pointer: machine.pointer()?.to_owned(),
                    diagnostics: machine.check(document, &self.validator)?,
                })
            });
            parts.collect()
        };
        let mut fixed = self.fix(Editor::parse_template(text)?, &check);
        let file = Editor::parse_template(&fixed.text)?.document().clone();
        let machines = template::machines(&file).unwrap_or_default();
        let ReplacedStrings { file, machines, .. } = self.fix_strings(file, machines, &mut fixed);
        let checked = machines.iter();
        let checked = checked.filter_map(|machine| machine.check(&file, &self.validator));
        fixed.text = file.source().to_owned();
        fixed.diagnostics = checked.flatten().collect();
        Ok(fixed)
    }

    /// Fixes the definitions that are strings.
    #[cfg(feature = "yaml")]
    fn fix_strings(
        &self,
        file: Document,
        machines: Vec<Embedded>,
        fixed: &mut Fixed,
    ) -> ReplacedStrings {
        let mut texts = Vec::new();
        let mut applied = Vec::new();
        for (index, machine) in machines.iter().enumerate() {
            let EmbeddedDefinition::Text { text, offsets, .. } = &machine.definition else {
                continue;
            };
            let fixer = Fixer {
                validator: self.validator.clone().of_type(machine.machine_type),
                ..self.clone()
            };
            let Ok(inner) = fixer.fix_json(text) else {
                continue;
            };
            let placed = |diagnostic| template::placed(&file, offsets, diagnostic);
            let refused = inner.refused.into_iter().map(|one| RefusedFix {
                diagnostic: placed(one.diagnostic),
                ..one
            });
            fixed.refused.extend(refused);
            if inner.applied.is_empty() {
                continue;
            }
            texts.push((index, inner.text));
            applied.extend(inner.applied.into_iter().map(|one| {
                let diagnostic = placed(one.diagnostic);
                (index, AppliedFix { diagnostic, ..one })
            }));
        }
        let strings = template::replace_strings(file, machines, &texts);
        for (index, one) in applied {
            if strings.replaced.contains(&index) {
                fixed.applied.push(one);
                continue;
            }
            fixed.refused.push(RefusedFix {
                diagnostic: one.diagnostic,
                reason: template::UNEDITABLE.to_owned(),
            });
        }
        strings
    }

    fn whole(&self, document: &Document) -> Vec<CheckedPart> {
        vec![CheckedPart {
            pointer: String::new(),
            diagnostics: self.validator.check(document),
        }]
    }

    fn fix(&self, editor: Editor, check: &dyn Fn(&Document) -> Vec<CheckedPart>) -> Fixed {
        let mut session = FixSession {
            parts: check(editor.document()),
            editor,
            check,
            tried: HashSet::new(),
            applied: Vec::new(),
            refused: Vec::new(),
        };
        for _ in 0..MAX_ROUNDS {
            let candidates = session.candidates(self.changes);
            if candidates.is_empty() {
                break;
            }
            session.round(candidates);
        }
        Fixed {
            text: session.editor.text().to_owned(),
            applied: session.applied,
            refused: session.refused,
            diagnostics: session
                .parts
                .into_iter()
                .flat_map(|part| part.diagnostics)
                .collect(),
        }
    }
}

/// The rounds of fixes in one text.
struct FixSession<'c> {
    editor: Editor,
    check: &'c dyn Fn(&Document) -> Vec<CheckedPart>,
    /// The definitions of the current text.
    parts: Vec<CheckedPart>,
    /// The fixes that were made or refused. None is tried twice, so the rounds end even if two
    /// fixes undo each other.
    tried: HashSet<String>,
    applied: Vec<AppliedFix>,
    refused: Vec<RefusedFix>,
}

impl FixSession<'_> {
    fn candidates(&self, changes: FixerChanges) -> Vec<Candidate> {
        let text = self.editor.document().json();
        let mut candidates = Vec::new();
        for part in &self.parts {
            let definition = text.pointer(&part.pointer);
            for diagnostic in &part.diagnostics {
                let fix = match changes {
                    FixerChanges::Fixes(allowed) => {
                        let fix = diagnostic.fix.as_ref();
                        fix.filter(|fix| fix.safety <= allowed).cloned()
                    }
                    FixerChanges::Suppressions => {
                        definition.and_then(|definition| suppression(definition, diagnostic))
                    }
                };
                let Some(fix) = fix else {
                    continue;
                };
                let key = key(&part.pointer, diagnostic);
                if self.tried.contains(&key) {
                    continue;
                }
                let edits = fix.edits.iter();
                candidates.push(Candidate {
                    diagnostic: diagnostic.clone(),
                    edits: edits
                        .map(|edit| edit.clone().inside(&part.pointer))
                        .collect(),
                    fix,
                    key,
                });
            }
        }
        candidates
    }

    /// Makes the fixes that do not change the same text. If a diagnostic is still there, its fix is
    /// refused and the others are made again.
    fn round(&mut self, mut candidates: Vec<Candidate>) {
        let before = self.editor.clone();
        loop {
            let done = self.make(candidates);
            let parts = (self.check)(self.editor.document());
            let remaining: HashSet<String> = keys(&parts);
            let (failed, fixed): (Vec<Candidate>, Vec<Candidate>) = done
                .into_iter()
                .partition(|candidate| remaining.contains(&candidate.key));
            if failed.is_empty() {
                self.parts = parts;
                for Candidate {
                    diagnostic,
                    fix,
                    key,
                    ..
                } in fixed
                {
                    self.tried.insert(key);
                    self.applied.push(AppliedFix { diagnostic, fix });
                }
                return;
            }
            for candidate in failed {
                self.refuse(candidate, "the diagnostic remains after it".to_owned());
            }
            self.editor = before.clone();
            candidates = fixed;
        }
    }

    /// Makes the fixes that do not change the same text, and returns them.
    fn make(&mut self, candidates: Vec<Candidate>) -> Vec<Candidate> {
        let groups: Vec<&[Edit]> = candidates.iter().map(|one| one.edits.as_slice()).collect();
        let made = self.editor.apply_some(&groups);
        let mut done = Vec::new();
        for (candidate, made) in candidates.into_iter().zip(made) {
            match made {
                Ok(true) => done.push(candidate),
                Ok(false) => {}
                Err(error) => self.refuse(candidate, error.to_string()),
            }
        }
        done
    }

    fn refuse(&mut self, candidate: Candidate, reason: String) {
        self.tried.insert(candidate.key);
        self.refused.push(RefusedFix {
            diagnostic: candidate.diagnostic,
            reason,
        });
    }
}

/// A text that identifies a diagnostic and its fix in all rounds.
fn key(part: &str, diagnostic: &Diagnostic) -> String {
    let Diagnostic {
        code,
        location,
        message,
        fix,
        ..
    } = diagnostic;
    let (code, pointer) = (code.unwrap_or_default(), &location.pointer);
    format!("{code} {part}{pointer} {message} {fix:?}")
}

fn keys(parts: &[CheckedPart]) -> HashSet<String> {
    let keys = parts.iter().flat_map(|part| {
        let diagnostics = part.diagnostics.iter();
        diagnostics.map(|diagnostic| key(&part.pointer, diagnostic))
    });
    keys.collect()
}
