//! What the checks found.

use std::fmt;

/// What went wrong.
pub(crate) type Broken = String;

/// The most findings that are printed.
const PRINTED: usize = 20;

/// What the checks found.
#[derive(Default)]
pub(crate) struct Verdict {
    pub(crate) executions: usize,
    /// Executions that were accepted, and are not there or not over.
    lost: Vec<Broken>,
    /// Attempts of tasks that were begun twice, or after their task's success.
    twice: Vec<Broken>,
    /// What else must not be.
    broken: Vec<Broken>,
}

impl Verdict {
    pub(crate) fn lost(&mut self, what: Broken) {
        self.lost.push(what);
    }

    pub(crate) fn twice(&mut self, what: Broken) {
        self.twice.push(what);
    }

    pub(crate) fn broken(&mut self, what: Broken) {
        self.broken.push(what);
    }

    pub(crate) fn holds(&self) -> bool {
        self.lost.is_empty() && self.twice.is_empty() && self.broken.is_empty()
    }

    /// The last line.
    pub(crate) fn line(&self, rounds: u32) -> String {
        format!(
            "{rounds} rounds, {} executions, {} lost, {} twice",
            self.executions,
            self.lost.len(),
            self.twice.len()
        )
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [
            ("lost", &self.lost),
            ("twice", &self.twice),
            ("broken", &self.broken),
        ];
        for (kind, found) in kinds {
            for what in found.iter().take(PRINTED) {
                writeln!(f, "{kind}: {what}")?;
            }
            if found.len() > PRINTED {
                writeln!(f, "{kind}: and {} more", found.len() - PRINTED)?;
            }
        }
        Ok(())
    }
}
