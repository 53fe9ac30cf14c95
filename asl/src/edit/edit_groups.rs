//! Groups of edits that an [`Editor`] makes together.

use super::editor::Editor;
use super::error::EditError;
use super::expected::PlacedChange;
use super::operation::Edit;
use super::plan::EditPlan;
use super::splice::{Splice, insert_sorted, meets};

impl Editor {
    /// Makes as many of these groups of edits as possible, without two that change the same text.
    /// Returns for each group whether it was made; the error of an impossible group. The groups
    /// that were left out may be possible in the edited text, with pointers into that text.
    #[doc(hidden)]
    pub fn apply_some(&mut self, groups: &[&[Edit]]) -> Vec<Result<bool, EditError>> {
        let plan = self.plan();
        let mut splices: Vec<Splice> = Vec::new();
        let mut changes = Vec::new();
        let mut made: Vec<Result<bool, EditError>> = Vec::new();
        for group in groups {
            made.push(self.prepare_group(&plan, group).map(|prepared| {
                let (own, placed) = prepared;
                let is_free = own.iter().all(|splice| !meets(&splices, splice));
                if is_free {
                    insert_sorted(&mut splices, own);
                    changes.extend(placed);
                }
                is_free
            }));
        }
        let chosen: Vec<usize> = (0..made.len()).filter(|at| made[*at] == Ok(true)).collect();
        let Some(first) = chosen.first().and_then(|at| groups[*at].first()) else {
            return made;
        };
        if let Err(error) = self.commit(first.pointer(), &splices, changes) {
            self.apply_halves(groups, &chosen, &mut made, error);
        }
        made
    }

    /// Makes some of the chosen groups, which cannot be made together: one of them is impossible.
    /// As soon as a half is made, the pointers of the others may be out of date.
    fn apply_halves(
        &mut self,
        groups: &[&[Edit]],
        chosen: &[usize],
        made: &mut [Result<bool, EditError>],
        error: EditError,
    ) {
        if let [only] = chosen {
            made[*only] = Err(error);
            return;
        }
        chosen.iter().for_each(|at| made[*at] = Ok(false));
        let (first, second) = chosen.split_at(chosen.len() / 2);
        for half in [first, second] {
            let of_half: Vec<&[Edit]> = half.iter().map(|at| groups[*at]).collect();
            for (at, result) in half.iter().zip(self.apply_some(&of_half)) {
                made[*at] = result;
            }
            if half.iter().any(|at| made[*at] == Ok(true)) {
                return;
            }
        }
    }

    /// The text changes of a group of edits, in text order, and its changes of the value.
    pub(super) fn prepare_group(
        &self,
        plan: &EditPlan<'_>,
        group: &[Edit],
    ) -> Result<(Vec<Splice>, Vec<PlacedChange>), EditError> {
        let mut splices: Vec<Splice> = Vec::new();
        let mut changes = Vec::new();
        for edit in group {
            let prepared = self.prepare(plan, edit, group)?;
            if prepared.splices.iter().any(|one| meets(&splices, one)) {
                return Err(self.overlap(edit.pointer(), &prepared.splices));
            }
            insert_sorted(&mut splices, prepared.splices);
            changes.push(prepared.placed);
        }
        Ok((splices, changes))
    }

    fn overlap(&self, pointer: &str, splices: &[Splice]) -> EditError {
        let at = splices.first().map_or(0, |splice| splice.range.start);
        self.refusal_at(pointer, at, "another edit changes the same text".to_owned())
    }
}
