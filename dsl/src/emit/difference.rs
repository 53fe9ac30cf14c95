//! Differences between two texts, line by line.
//!
//! A library for this would add more to the compile time of every workflow crate than these lines
//! do.

use std::fmt;

use stepwright_asl::words::more;

/// The lines that only one of two texts contains.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Difference(Vec<Line>);

/// A removed or added line, with its number in the text that contains it, from 1.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Gone(usize, String),
    New(usize, String),
}

/// The maximum number of table cells. For larger texts, all lines from the first to the last
/// difference are reported as replaced.
const MOST_CELLS: usize = 4_000_000;

/// The maximum number of lines to show.
const MOST_SHOWN: usize = 60;

impl Difference {
    /// Returns `None` if both texts have the same lines. Line endings are not compared, because git
    /// may change them on Windows.
    pub(crate) fn of(old: &str, new: &str) -> Option<Difference> {
        let old: Vec<&str> = old.lines().collect();
        let new: Vec<&str> = new.lines().collect();
        let is_same = |(a, b): &(&&str, &&str)| a == b;
        let head = old.iter().zip(&new).take_while(is_same).count();
        let (old, new) = (&old[head..], &new[head..]);
        let tail = old
            .iter()
            .rev()
            .zip(new.iter().rev())
            .take_while(is_same)
            .count();
        let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
        if old.is_empty() && new.is_empty() {
            return None;
        }
        let mut lines = Vec::new();
        let (mut i, mut j) = (0, 0);
        let common = common(old, new);
        let ends = common.into_iter().chain([(old.len(), new.len())]);
        for (to_i, to_j) in ends {
            lines.extend((i..to_i).map(|at| Line::Gone(head + at + 1, old[at].to_owned())));
            lines.extend((j..to_j).map(|at| Line::New(head + at + 1, new[at].to_owned())));
            (i, j) = (to_i + 1, to_j + 1);
        }
        Some(Difference(lines))
    }
}

/// The longest common subsequence of lines, each with its two indices.
fn common(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    if (old.len() + 1).saturating_mul(width) > MOST_CELLS {
        return Vec::new();
    }
    // The length of the longest common subsequence of both remainders.
    let mut counts = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            counts[i * width + j] = if old[i] == new[j] {
                counts[(i + 1) * width + j + 1] + 1
            } else {
                counts[(i + 1) * width + j].max(counts[i * width + j + 1])
            };
        }
    }
    let mut found = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            found.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if counts[(i + 1) * width + j] >= counts[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in self.0.iter().take(MOST_SHOWN).enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            match line {
                Line::Gone(number, text) => write!(f, "{gap}{number:>6} - {text}")?,
                Line::New(number, text) => write!(f, "{gap}{number:>6} + {text}")?,
            }
        }
        match more(self.0.len().saturating_sub(MOST_SHOWN)) {
            None => Ok(()),
            Some(more) => write!(f, "\n       {more} lines"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Difference, Line};

    fn shown(old: &str, new: &str) -> String {
        Difference::of(old, new).map_or(String::new(), |difference| difference.to_string())
    }

    #[test]
    fn removed_lines_come_before_added_lines() {
        assert_eq!(
            shown("a\nb\nc\nd\n", "a\nB\nc\ne\nd\n"),
            "     2 - b\n     2 + B\n     4 + e"
        );
        assert_eq!(shown("a\nb\n", "a\n"), "     2 - b");
        assert_eq!(shown("", "a\n"), "     1 + a");
    }

    #[test]
    fn line_endings_are_not_a_difference() {
        assert_eq!(Difference::of("a\r\nb\r\n", "a\nb\n"), None);
        assert_eq!(Difference::of("a\nb", "a\nb\n"), None);
    }

    #[test]
    fn only_the_first_lines_of_many_are_shown() {
        let new: String = (0..100).map(|number| format!("{number}\n")).collect();
        let shown = shown("", &new);
        assert_eq!(shown.lines().count(), 61);
        assert!(shown.ends_with("and 40 more lines"));
    }

    /// Applying the difference to the old text produces the new one.
    #[test]
    fn applying_the_difference_produces_the_new_text() {
        let mut seed = 1_u32;
        let mut text = || -> Vec<String> {
            let mut next = |below| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 16) % below
            };
            (0..next(8)).map(|_| next(3).to_string()).collect()
        };
        for _ in 0..2_000 {
            let (old, new) = (text(), text());
            let Some(difference) = Difference::of(&old.join("\n"), &new.join("\n")) else {
                assert_eq!(old, new);
                continue;
            };
            let mut made = old.clone();
            for line in difference.0.iter().rev() {
                if let Line::Gone(number, text) = line {
                    assert_eq!(made.remove(number - 1), *text);
                }
            }
            for line in &difference.0 {
                if let Line::New(number, text) = line {
                    made.insert(number - 1, text.clone());
                }
            }
            assert_eq!(made, new);
        }
    }
}
