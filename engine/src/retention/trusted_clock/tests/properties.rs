//! Random clocks and restarts: executions are deleted after the retention time, not before.

use std::time::Duration;

use proptest::prelude::*;

use super::machine::{DAYS, HOUR, Machine};

#[derive(Clone, Copy, Debug)]
enum Event {
    /// The engine ends, cleanly or not, and the machine is off for this number of hours.
    Off(bool, i64),
    /// An engine starts whose clock is ahead by this number of days.
    Start(i64),
    /// An operator sets the right clock, and confirms it.
    Confirm,
    /// Hours pass.
    Pass(i64),
    Execute,
    Sweep,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        2 => (any::<bool>(), 0..24_i64 * 20).prop_map(|(clean, hours)| Event::Off(clean, hours)),
        2 => prop_oneof![Just(0_i64), Just(8), Just(31), Just(100), Just(400)].prop_map(Event::Start),
        1 => Just(Event::Confirm),
        4 => (1..24_i64 * 30).prop_map(Event::Pass),
        4 => Just(Event::Execute),
        5 => Just(Event::Sweep),
    ]
}

fn retention() -> impl Strategy<Value = Duration> {
    prop_oneof![Just(HOUR), Just(DAYS), Just(30 * DAYS), Just(90 * DAYS)]
        .prop_map(|seconds| Duration::from_secs(seconds.unsigned_abs()))
}

proptest! {
    /// Clocks are right or ahead by more than the tolerance, operators confirm only right clocks,
    /// and the first engine has the right clock.
    #[test]
    fn nothing_younger_than_the_retention_time_is_deleted(
        retention in retention(),
        events in prop::collection::vec(event(), 0..60),
    ) {
        let mut machine = Machine::new(retention);
        let mut process = Some(machine.start(0, false));
        if let Some(process) = &process {
            machine.execute(process);
        }
        let mut mark = None;
        for event in events {
            match (event, &process) {
                (Event::Off(true, hours), Some(_)) => {
                    process.take().expect("an engine").end();
                    machine.pass(None, hours * HOUR);
                }
                (Event::Off(_, hours), _) => {
                    drop(process.take());
                    machine.pass(None, hours * HOUR);
                }
                (Event::Start(days), _) => {
                    drop(process.take());
                    process = Some(machine.start(days * DAYS, false));
                }
                (Event::Confirm, _) => {
                    drop(process.take());
                    process = Some(machine.start(0, true));
                }
                (Event::Pass(hours), process) => machine.pass(process.as_ref(), hours * HOUR),
                (Event::Execute, Some(process)) => {
                    machine.execute(process);
                }
                (Event::Sweep, Some(process)) => {
                    for age in machine.sweep(process) {
                        prop_assert!(age.unsigned_abs() >= retention.as_secs(), "{} s old", age);
                    }
                }
                (Event::Execute | Event::Sweep, None) => {}
            }
            if let Some(process) = &process {
                process.flush();
            }
            let newest = machine.mark();
            prop_assert!(newest >= mark, "{newest:?} after {mark:?}");
            prop_assert!(newest <= Some(machine.truth), "the mark is in the future");
            mark = newest;
        }
        // After the right clock is confirmed, old executions with a right time are deleted.
        drop(process);
        machine.pass(None, 500 * DAYS + HOUR * 24 * 90);
        let confirmed = machine.start(0, true);
        machine.sweep(&confirmed);
        prop_assert_eq!(machine.keys(), Vec::<u64>::new());
    }
}

proptest! {
    /// A service with the right clock that is never down for longer than the tolerance.
    #[test]
    fn old_executions_are_deleted_across_ordinary_restarts(
        retention in retention(),
        turns in prop::collection::vec((any::<bool>(), 0..72_i64, 0..40_i64), 1..20),
    ) {
        let mut machine = Machine::new(retention);
        for (is_clean, off, on) in turns {
            let process = machine.start(0, false);
            prop_assert!(process.is_trusted());
            machine.execute(&process);
            machine.sweep(&process);
            for _ in 0..on {
                machine.pass(Some(&process), 6 * HOUR);
                machine.sweep(&process);
                process.flush();
            }
            let oldest = machine.keys().iter().map(|key| machine.truth - machine.ends[key]).max();
            prop_assert!(oldest.unwrap_or(0).unsigned_abs() <= retention.as_secs());
            if is_clean { process.end() } else { drop(process) }
            // An engine that is killed has saved its mark at most six hours ago.
            machine.pass(None, (off - 6).max(0) * HOUR);
        }
    }
}
