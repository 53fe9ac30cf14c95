//! Paths as text.

use std::collections::HashMap;
use std::fmt;

/// The names of a path's states, with repeated rounds of loops as one:
/// `Start -> (Check -> Ask) × 68 -> Done`.
///
/// ```
/// use stepwright_interpreter::history::FoldedPath;
///
/// let path = ["Start", "Check", "Ask", "Check", "Ask", "Check", "Ask", "Done"];
/// assert_eq!(FoldedPath::new(&path).to_string(), "Start -> (Check -> Ask) × 3 -> Done");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FoldedPath<'p, S> {
    names: &'p [S],
    /// No round contains states before and after this index.
    border: usize,
}

/// The fewest rounds that become one. Two rounds are short, and easier to read.
const FEWEST_ROUNDS: usize = 3;
/// The most states of a round. It bounds the time for long paths.
const MOST_STATES: usize = 64;

impl<'p, S: AsRef<str>> FoldedPath<'p, S> {
    /// The text of a path.
    #[must_use]
    pub fn new(names: &'p [S]) -> Self {
        FoldedPath { names, border: 0 }
    }

    /// Folds the states before an index and those from it on separately, so that the state at the
    /// index, where two paths differ, is not inside repeated rounds.
    #[must_use]
    pub fn split_at(self, border: usize) -> Self {
        FoldedPath {
            border: border.min(self.names.len()),
            ..self
        }
    }
}

impl<S: AsRef<str>> fmt::Display for FoldedPath<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let numbered = self.names.iter().map(|name| {
            let next = numbers.len();
            *numbers.entry(name.as_ref()).or_insert(next)
        });
        let numbered: Vec<usize> = numbered.collect();
        let (head, tail) = numbered.split_at(self.border);
        let mut names = self.names.iter().map(AsRef::as_ref);
        let mut separator = "";
        for part in [head, tail] {
            write_part(f, part, &mut names, &mut separator)?;
        }
        Ok(())
    }
}

/// Writes a part of a path. `names` are those of the part and of the states after it.
fn write_part<'n>(
    f: &mut fmt::Formatter<'_>,
    part: &[usize],
    names: &mut impl Iterator<Item = &'n str>,
    separator: &mut &'static str,
) -> fmt::Result {
    let mut rest = part;
    while !rest.is_empty() {
        let (states, rounds) = rounds_at_start(rest);
        f.write_str(separator)?;
        *separator = " -> ";
        if rounds == 1 {
            f.write_str(names.next().unwrap_or_default())?;
        } else {
            f.write_str("(")?;
            // A round is shorter than the part, so that the recursion ends.
            write_part(f, &rest[..states], names, &mut "")?;
            write!(f, ") × {rounds}")?;
            let more = states * (rounds - 1);
            names.by_ref().take(more).for_each(drop);
        }
        rest = &rest[states * rounds..];
    }
    Ok(())
}

/// The states of a round at the start of a path and the number of its rounds: the shortest round of
/// those that contain most states of the path; otherwise one state once.
fn rounds_at_start(path: &[usize]) -> (usize, usize) {
    let mut best = (1, 1);
    for states in 1..=MOST_STATES.min(path.len() / FEWEST_ROUNDS) {
        let (pairs, later) = (path.iter(), &path[states..]);
        let repeated = pairs
            .zip(later)
            .take_while(|(one, next)| one == next)
            .count();
        let rounds = repeated / states + 1;
        if rounds >= FEWEST_ROUNDS && states * rounds > best.0 * best.1 {
            best = (states, rounds);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::FoldedPath;
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    fn folded(path: &str) -> String {
        let names: Vec<&str> = path.split_whitespace().collect();
        FoldedPath::new(&names).to_string()
    }

    #[test]
    fn rounds_of_loops_are_one() {
        assert_eq!(folded(""), "");
        assert_eq!(folded("A B A B"), "A -> B -> A -> B");
        assert_eq!(folded("A A A"), "(A) × 3");
        assert_eq!(folded("S A B A B A B A D"), "S -> (A -> B) × 3 -> A -> D");
        assert_eq!(folded(&"A B B B ".repeat(4)), "(A -> (B) × 3) × 4");
    }

    #[test]
    fn the_state_at_a_difference_is_outside_of_rounds() {
        let path = "Check Ask ".repeat(70);
        let names: Vec<&str> = path.split_whitespace().collect();
        assert_eq!(
            FoldedPath::new(&names).split_at(137).to_string(),
            "(Check -> Ask) × 68 -> Check -> Ask -> Check -> Ask"
        );
        assert_eq!(
            FoldedPath::new(&names).split_at(1_000).to_string(),
            "(Check -> Ask) × 70"
        );
    }

    #[test]
    fn the_longest_path_is_folded_fast() {
        // A history has 25,000 events.
        let names = |name: fn(usize) -> usize| -> Vec<String> {
            (0..25_000).map(|at| name(at).to_string()).collect()
        };
        let started = Instant::now();
        for path in [
            names(|_| 0),
            names(|at| at),
            names(|at| at % 64),
            names(|at| at.trailing_zeros() as usize),
        ] {
            assert!(!FoldedPath::new(&path).to_string().is_empty());
        }
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    /// Repeats the rounds of a folded text.
    fn unfolded(text: &str) -> Vec<String> {
        fn parse<'t>(tokens: &mut dyn Iterator<Item = &'t str>) -> Vec<&'t str> {
            let mut path = Vec::new();
            while let Some(token) = tokens.next() {
                match token {
                    "(" => {
                        let round = parse(tokens);
                        assert_eq!(tokens.next(), Some("×"));
                        let rounds = tokens.next().and_then(|count| count.parse().ok());
                        path.extend(round.repeat(rounds.expect("a number of rounds")));
                    }
                    ")" => return path,
                    "->" => {}
                    name => path.push(name),
                }
            }
            path
        }
        let spaced = text.replace('(', " ( ").replace(')', " ) ");
        let path = parse(&mut spaced.split_whitespace());
        path.into_iter().map(str::to_owned).collect()
    }

    fn state() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec!["A", "B", "C"])
    }

    proptest! {
        #[test]
        fn an_unfolded_path_is_the_path(
            parts in prop::collection::vec((prop::collection::vec(state(), 1..5), 1usize..6), 0..6),
            again in 1usize..4,
            border in 0usize..80,
        ) {
            let once = parts.iter().flat_map(|(states, rounds)| states.repeat(*rounds));
            let once: Vec<&str> = once.collect();
            let path = once.repeat(again);
            let text = FoldedPath::new(&path).split_at(border).to_string();
            prop_assert_eq!(unfolded(&text), path, "{}", text);
        }

        #[test]
        fn no_three_rounds_remain(round in prop::collection::vec(state(), 1..5), rounds in 3usize..40) {
            let path = round.repeat(rounds);
            let text = FoldedPath::new(&path).to_string();
            prop_assert!(text.starts_with('('), "{}", text);
            prop_assert!(text.matches("->").count() < round.len(), "{}", text);
        }
    }
}
