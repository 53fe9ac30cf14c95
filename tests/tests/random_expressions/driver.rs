//! The crate that `random_expressions` writes: runs all rows and reports.

use std::io::Write as _;

use super::inputs::inputs;
use super::panics::keep_panics;
use super::run::{Row, Verdict, verdict};

/// Runs rows; prints the smallest differing ones and the results of the others, and writes how many
/// there are of each.
pub async fn drive(
    rows: Vec<Row>,
    inputs_count: usize,
    counts: &str,
    dump: Option<&str>,
) -> std::io::Result<()> {
    keep_panics();
    let inputs = inputs(inputs_count);
    let mut file = match dump {
        Some(path) => Some(std::io::BufWriter::new(std::fs::File::create(path)?)),
        None => None,
    };
    let (mut agree, mut beyond, mut refused, mut differ) = (0, 0, Vec::new(), Vec::new());
    for row in &rows {
        let verdict = verdict(row, &inputs, |line| {
            if let Some(file) = &mut file {
                // A full disk ends the run with fewer lines; the script counts them.
                let _written = writeln!(file, "{line}");
            }
        });
        match verdict.await {
            Verdict::Agrees(same, over) => {
                agree += same;
                beyond += over;
            }
            Verdict::Refused(faults) => refused.push((row, faults)),
            Verdict::Differs(how) => differ.push((row, how)),
        }
    }
    differ.sort_by_key(|(row, _)| row.source.len());
    // A row with all rules of a smaller one probably differs for the same reason.
    let mut kept: Vec<Vec<&str>> = Vec::new();
    for (row, how) in &differ {
        let rules: Vec<&str> = row.rules.split('|').collect();
        if kept.iter().any(|smaller| smaller.iter().all(|rule| rules.contains(rule))) {
            continue;
        }
        kept.push(rules);
        println!("#{} {}\n  rules: {}\n  {how}\n", row.number, row.source, row.rules.replace('|', ", "));
    }
    let mut reasons: Vec<(String, usize, &str)> = Vec::new();
    for (row, faults) in &refused {
        let faults: String = faults.chars().take(160).collect();
        match reasons.iter_mut().find(|reason| reason.0 == faults) {
            Some(reason) => reason.1 += 1,
            None => reasons.push((faults, 1, row.source)),
        }
    }
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.1));
    for (reason, times, source) in &reasons {
        println!("refused {times} times: {reason}\n  such as: {source}");
    }
    let numbers: Vec<String> = differ.iter().map(|(row, _)| row.number.to_string()).collect();
    println!("differing: {}", numbers.join(" "));
    let agreeing = rows.len() - refused.len() - differ.len();
    println!(
        "{} expressions: {agreeing} agree ({agree} values, {beyond} beyond Rust's integers), {} are refused, {} differ ({} of them are shown)",
        rows.len(), refused.len(), differ.len(), kept.len()
    );
    let found = serde_json::json!({"agree": agreeing, "refused": refused.len(), "differ": differ.len()});
    std::fs::write(counts, found.to_string())
}
