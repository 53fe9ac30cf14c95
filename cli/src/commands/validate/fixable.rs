//! Diagnostics that `--fix` would fix, or that it cannot fix.

use stepwright_asl::fix::Safety;

use super::check::CheckedDefinition;
use super::fix::allowed;
use crate::args::ValidateArguments;
use crate::terminal::count::count;

/// The number of diagnostics with a fix of this safety in texts that can be edited.
fn fixable(checked: &[CheckedDefinition], safety: Safety) -> usize {
    let editable = checked.iter().filter(|one| one.unfixable.is_none());
    editable.map(|one| with_fix(one, safety)).sum()
}

fn with_fix(one: &CheckedDefinition, safety: Safety) -> usize {
    let fixes = one
        .diagnostics
        .iter()
        .filter_map(|diagnostic| diagnostic.fix.as_ref());
    fixes.filter(|fix| fix.safety == safety).count()
}

/// The line about the diagnostics that `--fix` would fix; `None` if there is none.
pub(super) fn hint(checked: &[CheckedDefinition]) -> Option<String> {
    let (safe, risky) = (
        fixable(checked, Safety::Safe),
        fixable(checked, Safety::Unsafe),
    );
    match (safe, risky) {
        (0, 0) => None,
        (safe, 0) => Some(format!("{safe} can be fixed with `--fix`")),
        (0, risky) => Some(format!("{risky} can be fixed with `--fix --unsafe-fixes`")),
        (safe, risky) => Some(format!(
            "{safe} can be fixed with `--fix`, {risky} more with `--fix --unsafe-fixes`"
        )),
    }
}

/// Notes about definitions whose diagnostics have fixes but whose text cannot be edited.
pub(super) fn unfixable_notes(
    checked: &[CheckedDefinition],
    arguments: &ValidateArguments,
) -> Vec<String> {
    let notes = checked.iter().filter_map(|one| {
        let reason = one.unfixable?;
        let risky = match allowed(arguments) {
            Safety::Safe => 0,
            Safety::Unsafe => with_fix(one, Safety::Unsafe),
        };
        let fixes = with_fix(one, Safety::Safe) + risky;
        (fixes > 0).then(|| {
            let shown = one.shown();
            format!("{shown}: {} not fixed: {reason}", count(fixes, "problem"))
        })
    });
    notes.collect()
}

/// `; 1 more with --unsafe-fixes`, after the number of fixes that were made.
pub(super) fn more(checked: &[CheckedDefinition], arguments: &ValidateArguments) -> String {
    match fixable(checked, Safety::Unsafe) {
        more if more > 0 && !arguments.unsafe_fixes => {
            format!("; {more} more with --unsafe-fixes")
        }
        _ => String::new(),
    }
}
