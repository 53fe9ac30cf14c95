//! Runs rows and reports.

use std::collections::BTreeMap;

use super::compare::{FunctionRow, Verdict, verdict};
use super::tasks::{replies, runs};

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
pub async fn drive(rows: Vec<FunctionRow>, count: usize, refused: usize) -> Summary {
    let (replies, runs) = (replies(), runs(count));
    let (mut agree, mut compared, mut skipped) = (0, 0, 0);
    let mut forms: BTreeMap<&str, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<String, Vec<&FunctionRow>> = BTreeMap::new();
    let mut differ = Vec::new();
    for row in &rows {
        match verdict(row, &replies, &runs).await {
            Verdict::Agrees(same, others) => {
                agree += 1;
                compared += same;
                skipped += others;
                for form in row.forms.split('|') {
                    *forms.entry(form).or_default() += 1;
                }
            }
            Verdict::Refused(faults) => reasons
                .entry(faults.chars().take(240).collect())
                .or_default()
                .push(row),
            Verdict::Differs(how) => differ.push((row, how)),
        }
    }
    differ.sort_by_key(|(row, _)| row.source.len());
    // A row with all forms of a smaller one probably differs for the same reason.
    let mut shown: Vec<Vec<&str>> = Vec::new();
    for (row, how) in &differ {
        let own: Vec<&str> = row.forms.split('|').collect();
        if shown
            .iter()
            .any(|smaller| smaller.iter().all(|form| own.contains(form)))
        {
            continue;
        }
        shown.push(own);
        println!("#{} {}\n  {how}\n", row.number, row.source);
    }
    let mut faulty = 0;
    for (reason, rows) in &reasons {
        faulty += rows.len();
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
        .iter()
        .map(|(form, times)| format!("{form} {times}"))
        .collect();
    println!("forms of those that agree: {}", forms.join(", "));
    let numbers: Vec<String> = differ
        .iter()
        .map(|(row, _)| row.number.to_string())
        .collect();
    println!("differing: {}", numbers.join(" "));
    println!("{skipped} runs are not compared, because two concurrent calls fail");
    println!(
        "{} functions: {agree} agree ({compared} runs), {} are refused, {} differ",
        rows.len() + refused,
        faulty + refused,
        differ.len()
    );
    Summary {
        agree,
        runs: compared,
        differ: differ.len(),
    }
}
