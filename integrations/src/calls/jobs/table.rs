//! Parses the table of jobs, `jobs.csv`, and finds the kind of job that an action starts.

use std::sync::OnceLock;

use super::kind::{JobEnd, JobKind, JobParameter, JobValue};

/// One row for each kind of job. Its header explains the columns.
const TABLE: &str = include_str!("jobs.csv");

/// Returns the kind of job that an action starts.
pub(in crate::calls) fn job_kind(service: &str, action: &str) -> Option<&'static JobKind> {
    jobs()
        .iter()
        .find(|job| job.service == service && job.started_by.contains(&action))
}

/// Returns all kinds of jobs.
pub(super) fn jobs() -> &'static [JobKind] {
    static JOBS: OnceLock<Vec<JobKind>> = OnceLock::new();
    // A test checks that every row can be parsed.
    JOBS.get_or_init(|| rows().filter_map(job).collect())
}

fn rows() -> impl Iterator<Item = &'static str> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.skip(1)
}

fn job(row: &'static str) -> Option<JobKind> {
    let words = |cell: &'static str| cell.split_ascii_whitespace().collect::<Vec<_>>();
    let mut cells = row.split(',');
    let mut next = || cells.next();
    Some(JobKind {
        service: next()?,
        started_by: words(next()?),
        describe: next()?,
        describe_parameters: parameters(next()?)?,
        result: next()?,
        status: next()?,
        succeeded: words(next()?),
        failed: words(next()?),
        stop: match next()? {
            "" => next().map(|_| None)?,
            action => Some((action, parameters(next()?)?)),
        },
        end: match next()? {
            "status" => JobEnd::Status,
            "exit-codes" => JobEnd::ExitCodes,
            "absence" => JobEnd::Absence,
            _ => return None,
        },
    })
}

fn parameters(cell: &'static str) -> Option<Vec<JobParameter>> {
    let parameters = cell.split_ascii_whitespace();
    let parameters = parameters.map(|text| {
        let (name, source) = text.split_once('=')?;
        let listed = source
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let value = if let Some(listed) = listed {
            JobValue::ListOfResponse(listed.strip_prefix("response")?)
        } else if let Some(pointer) = source.strip_prefix("request") {
            JobValue::Request(pointer)
        } else if let Some(pointer) = source.strip_prefix("response") {
            JobValue::Response(pointer)
        } else {
            (source == "reason").then_some(JobValue::Reason)?
        };
        Some(JobParameter { name, value })
    });
    parameters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_job() {
        assert_eq!(jobs().len(), rows().count());
    }
}
