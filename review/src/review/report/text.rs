//! A review as plain text for a terminal.

use std::fmt;

use stepwright_explore::numbered;

use super::{amounts, definition_counts, risk_counts};
use crate::review::{DefinitionReview, Review};

impl fmt::Display for Review {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}; {}", definition_counts(self), risk_counts(self))?;
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        for review in self.definitions() {
            writeln!(f)?;
            definition(review, f)?;
        }
        Ok(())
    }
}

fn definition(review: &DefinitionReview, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    writeln!(
        f,
        "{} ({}): {}",
        review.name,
        review.file,
        review.status.as_str()
    )?;
    for risk in &review.risks {
        write!(f, "  {:<6} {}", risk.level, risk.message)?;
        match risk.line {
            Some(line) => writeln!(f, " [{}, line {line}]", risk.kind)?,
            None => writeln!(f, " [{}]", risk.kind)?,
        }
        f.write_str(&numbered(&risk.steps, "           "))?;
    }
    if review.old.is_some() && review.new.is_some() {
        for line in review.diff.to_string().lines() {
            writeln!(f, "    {line}")?;
        }
    }
    for [name, before, after] in amounts(review) {
        if before != after {
            writeln!(f, "    {name}: {before} -> {after}")?;
        }
    }
    if let Some(rehearsal) = &review.rehearsal {
        writeln!(f, "  rehearsal:")?;
        for line in rehearsal.to_string().lines() {
            writeln!(f, "    {line}")?;
        }
    }
    Ok(())
}
