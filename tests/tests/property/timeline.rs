//! Checks that the timeline of an execution agrees with its history.

use stepwright_asl::overlay::Status as VisitStatus;
use stepwright_runtime::testing::RecordedHistory;
use stepwright_runtime::timeline::{AttemptOutcome, Timeline, Visit};
use stepwright_runtime::{ExecutionReport, Status};

/// Compares the visits with the events.
pub(crate) fn has_its_timeline(report: &ExecutionReport) -> Result<(), String> {
    let timeline = Timeline::of(&report.history);
    let ensure = |holds: bool, what: &dyn Fn() -> String| {
        if holds {
            Ok(())
        } else {
            Err(format!("{}\n{}", what(), report.history.to_json()))
        }
    };
    for event in report.history.events() {
        let id = event.id();
        let mut visits = timeline.visits().iter().filter(|visit| {
            Some(visit.state()) == event.state_name() && *visit.scope() == *event.scope()
        });
        if event.kind().is_entered() {
            let is_inside = |first, last| (first..=last).contains(&id);
            let owners = visits.clone();
            let owners = owners.filter(|visit| is_inside(visit.first_event(), visit.last_event()));
            ensure(owners.count() == 1, &|| {
                format!("event {id} is of one visit")
            })?;
        }
        if event.kind().is_exited() {
            let visit = visits.find(|visit| visit.last_event() == id);
            let is_same = visit.is_none_or(|visit| visit.output() == event.value());
            ensure(is_same, &|| format!("the output of event {id} differs"))?;
            let was_entered = visit.is_some() || timeline.dropped() > 0;
            ensure(was_entered, &|| format!("no visit ends at event {id}"))?;
        }
    }
    let ended = report.status != Status::Running;
    for visit in timeline.visits() {
        let attempts = visit.attempts().iter();
        let is_open = visit.status() == VisitStatus::Running
            || visit.ended().is_none()
            || attempts
                .map(|attempt| attempt.outcome())
                .any(|it| it == AttemptOutcome::Running);
        ensure(!(ended && is_open), &|| {
            format!("a visit has not ended: {visit:?}")
        })?;
    }
    ensure(timeline.status() == report.status, &|| {
        "the status differs".to_owned()
    })?;
    ensure(timeline.output() == report.output.as_ref(), &|| {
        "the output differs".to_owned()
    })?;
    // Only the event of a timeout has the error.
    let has_error =
        report.status == Status::TimedOut || timeline.error() == report.error.as_deref();
    ensure(has_error, &|| "the error differs".to_owned())?;
    if timeline.dropped() > 0 {
        return Ok(());
    }
    let recorded = RecordedHistory::from_json(&report.history.to_json());
    let recorded = recorded.map_err(|error| error.to_string())?.timeline();
    ensure(recorded.visits().len() == timeline.visits().len(), &|| {
        "the recording has other visits".to_owned()
    })?;
    for (recorded, own) in recorded.visits().iter().zip(timeline.visits()) {
        ensure(without_times(recorded) == without_times(own), &|| {
            format!("the timeline of the recording differs: {recorded:?}\n{own:?}")
        })?;
    }
    Ok(())
}

/// Returns what a recording retains of a visit: its times have only milliseconds.
fn without_times(visit: &Visit) -> impl PartialEq {
    let attempts = visit.attempts().iter();
    let attempts: Vec<_> = attempts
        .map(|attempt| {
            let data = (attempt.arguments().cloned(), attempt.result().cloned());
            let error = (
                attempt.error().map(str::to_owned),
                attempt.cause().map(str::to_owned),
            );
            (attempt.outcome(), attempt.is_redriven(), data, error)
        })
        .collect();
    let position = (
        visit.state().to_owned(),
        visit.scope().to_vec(),
        visit.container(),
        visit.previous(),
    );
    let events = (visit.first_event(), visit.last_event(), visit.events());
    let data = (
        visit.input().cloned(),
        visit.output().cloned(),
        visit.assigned().to_vec(),
    );
    let error = (
        visit.error().map(str::to_owned),
        visit.cause().map(str::to_owned),
    );
    (
        position,
        events,
        data,
        error,
        attempts,
        visit.status(),
        visit.iterations(),
    )
}
