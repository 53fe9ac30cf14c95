//! Runs rows and reports.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use crate::inputs::inputs;
use crate::run::{Row, Verdict, verdict};

/// How often each result occurred.
#[derive(Debug, Default)]
struct Counts(BTreeMap<String, usize>);

impl Counts {
    fn add(&mut self, what: &str) {
        self.0.entry(what.to_owned()).or_default().add_assign(1);
    }
}

/// The results of the rows.
#[derive(Debug)]
pub struct Summary {
    /// How many agree.
    pub agree: usize,
    /// The number of compared runs.
    pub runs: usize,
    /// How many differ.
    pub differ: usize,
}

/// Runs rows; prints the smallest differing ones and the results of the others. `refused` rows were
/// rejected by the compiler.
pub async fn drive(rows: Vec<Row>, count: usize, refused: usize) -> Summary {
    let inputs = inputs(count);
    let (mut agree, mut runs, mut skipped) = (0, 0, Counts::default());
    let (mut faulty, mut differ) = (Vec::new(), Vec::new());
    let mut forms = Counts::default();
    for row in &rows {
        match verdict(row, &inputs).await {
            Verdict::Agrees(same, others) => {
                agree += 1;
                runs += same;
                others.into_iter().for_each(|why| skipped.add(why));
                row.rules.split('|').for_each(|rule| forms.add(rule));
            }
            Verdict::Refused(faults) => faulty.push((row, faults)),
            Verdict::Differs(how) => differ.push((row, how)),
        }
    }
    differ.sort_by_key(|(row, _)| row.source.len());
    // A row with all forms of a smaller one probably differs for the same reason.
    let mut kept: Vec<Vec<&str>> = Vec::new();
    for (row, how) in &differ {
        let rules: Vec<&str> = row.rules.split('|').collect();
        if kept
            .iter()
            .any(|smaller| smaller.iter().all(|rule| rules.contains(rule)))
        {
            continue;
        }
        kept.push(rules);
        println!("#{} {}\n  {how}\n", row.number, row.source);
    }
    let mut reasons: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for (row, faults) in &faulty {
        let faults: String = faults.chars().take(240).collect();
        reasons.entry(faults).or_default().push(row);
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    for (reason, rows) in &reasons {
        let smallest = rows
            .iter()
            .map(|row| row.source)
            .min_by_key(|source| source.len());
        println!(
            "refused {} times: {reason}\n  such as: {}",
            rows.len(),
            smallest.unwrap_or_default()
        );
    }
    let forms: Vec<String> = forms
        .0
        .iter()
        .map(|(form, times)| format!("{form} {times}"))
        .collect();
    println!("forms of those that agree: {}", forms.join(", "));
    for (why, times) in &skipped.0 {
        println!("{times} runs are not compared: {why}");
    }
    let numbers: Vec<String> = differ
        .iter()
        .map(|(row, _)| row.number.to_string())
        .collect();
    println!("differing: {}", numbers.join(" "));
    println!(
        "{} workflows: {agree} agree ({runs} runs), {} are refused, {} differ",
        rows.len() + refused,
        faulty.len() + refused,
        differ.len()
    );
    Summary {
        agree,
        runs,
        differ: differ.len(),
    }
}
