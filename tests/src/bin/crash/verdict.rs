//! The violations that the checks find.

use std::fmt;

use serde::{Deserialize, Serialize};
use stepwright_asl::words::first_lines;

/// A message that describes the violation.
pub(crate) type Broken = String;

/// The most violations of one kind that are printed.
const PRINTED: usize = 20;

/// The kind of a violation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Work that was acknowledged is missing, or is hidden for a time.
    Lost,
    /// An execution does not end although nothing prevents it.
    Stuck,
    /// Something happened twice that may happen once.
    Twice,
    /// The effect of an acknowledged request is gone.
    Undone,
    /// Any other violation.
    #[default]
    Broken,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::Lost,
        Self::Stuck,
        Self::Twice,
        Self::Undone,
        Self::Broken,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Stuck => "stuck",
            Self::Twice => "twice",
            Self::Undone => "undone",
            Self::Broken => "broken",
        }
    }
}

/// The violations that the checks found.
#[derive(Default)]
pub(crate) struct Verdict {
    pub(crate) executions: usize,
    found: Vec<(Kind, Broken)>,
}

impl Verdict {
    pub(crate) fn add(&mut self, kind: Kind, what: Broken) {
        self.found.push((kind, what));
    }

    pub(crate) fn lost(&mut self, what: Broken) {
        self.add(Kind::Lost, what);
    }

    pub(crate) fn stuck(&mut self, what: Broken) {
        self.add(Kind::Stuck, what);
    }

    pub(crate) fn twice(&mut self, what: Broken) {
        self.add(Kind::Twice, what);
    }

    pub(crate) fn undone(&mut self, what: Broken) {
        self.add(Kind::Undone, what);
    }

    pub(crate) fn broken(&mut self, what: Broken) {
        self.add(Kind::Broken, what);
    }

    pub(crate) fn holds(&self) -> bool {
        self.found.is_empty()
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &Broken> {
        let found = self.found.iter().filter(move |(one, _)| *one == kind);
        found.map(|(_, what)| what)
    }

    /// Returns the last line of the output.
    pub(crate) fn line(&self, rounds: u32) -> String {
        let mut line = format!("{rounds} rounds, {} executions", self.executions);
        for kind in Kind::ALL {
            let count = self.of(kind).count();
            if count > 0 || kind != Kind::Broken {
                line.push_str(&format!(", {count} {}", kind.name()));
            }
        }
        line
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for kind in Kind::ALL {
            let name = kind.name();
            for line in first_lines(self.of(kind), PRINTED) {
                writeln!(f, "{name}: {line}")?;
            }
        }
        Ok(())
    }
}
