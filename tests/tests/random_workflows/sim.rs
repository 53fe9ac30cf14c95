//! A simulation for the Rust half of a workflow: its clock, its calls, and the ends of concurrent
//! branches.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use serde::Serialize;
use serde_json::Value;

use crate::failure::{Failure, Out};
use crate::panics::last_panic;

/// The number of transitions after which a run is skipped: it is finite, but long.
const MOST_STEPS: usize = 400;

/// A call of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function.
    pub task: &'static str,
    /// Its arguments, as a list.
    pub arguments: Value,
    /// The attempts of its state before this one.
    pub attempt: u32,
}

/// A call on the clock of the Rust half.
#[derive(Debug, Clone)]
struct TimedCall {
    call: Call,
    time: f64,
    /// Whether another branch failed at the same time, so that the call may or may not happen.
    optional: bool,
}

/// The calls that a run makes.
#[derive(Debug, Default)]
pub struct Calls {
    /// Calls that every order of branches makes.
    pub required: Vec<Call>,
    /// Calls that only some orders of branches make.
    pub optional: Vec<Call>,
}

#[derive(Debug, Default)]
struct Shared {
    steps: Cell<usize>,
    concurrent: Cell<bool>,
}

/// One sequence of states: an execution, a branch or an iteration.
#[derive(Debug, Default)]
pub struct Sim {
    now: f64,
    calls: Vec<TimedCall>,
    shared: Rc<Shared>,
}

impl Sim {
    /// Counts a transition.
    pub fn step(&mut self) -> Out<()> {
        let steps = self.shared.steps.get() + 1;
        self.shared.steps.set(steps);
        if steps > MOST_STEPS {
            return Err(Failure::Skip("a run is too long"));
        }
        Ok(())
    }

    /// Runs the computation of one state, which takes no time; a panic is its failure.
    pub fn eval<T>(&mut self, work: impl FnOnce(&mut Sim) -> Out<T>) -> Out<T> {
        match catch_unwind(AssertUnwindSafe(|| work(self))) {
            Ok(given) => given,
            Err(_) if last_panic().contains("with overflow") => {
                Err(Failure::Skip("an integer overflows"))
            }
            Err(_) => Err(Failure::Query(last_panic())),
        }
    }

    /// Advances the clock by this many seconds.
    pub fn wait(&mut self, seconds: f64) {
        self.now += seconds;
    }

    /// Records a call.
    pub fn call(&mut self, task: &'static str, arguments: impl Serialize, attempt: u32) {
        let call = Call {
            task,
            arguments: serde_json::to_value(arguments).expect("JSON"),
            attempt,
        };
        self.calls.push(TimedCall {
            call,
            time: self.now,
            optional: false,
        });
    }

    /// The seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.now
    }

    /// Whether branches or iterations ran concurrently, so that calls have no order.
    pub fn is_concurrent(&self) -> bool {
        self.shared.concurrent.get()
    }

    /// The calls, in order if nothing ran concurrently.
    pub fn into_calls(self) -> Calls {
        let mut calls = Calls::default();
        for timed in self.calls {
            if timed.optional {
                calls.optional.push(timed.call);
            } else {
                calls.required.push(timed.call);
            }
        }
        calls
    }

    fn fork(&self, now: f64) -> Sim {
        Sim {
            now,
            calls: Vec::new(),
            shared: Rc::clone(&self.shared),
        }
    }

    /// The branches of a parallel, all of which start now.
    pub fn branches(&mut self) -> Branches<'_> {
        Branches {
            sim: self,
            ends: Vec::new(),
        }
    }

    /// Runs a body for each item, with at most `most` concurrent iterations.
    pub fn map<I, T>(
        &mut self,
        items: Vec<I>,
        most: usize,
        mut body: impl FnMut(&mut Sim, I) -> Out<T>,
    ) -> Out<Vec<T>> {
        if most > 1 && items.len() > 1 {
            self.shared.concurrent.set(true);
        }
        // The end of each of the running iterations.
        let mut free = vec![self.now; most.max(1)];
        let mut results = Vec::new();
        let mut ends = Vec::new();
        let mut failed = f64::INFINITY;
        for item in items {
            let next = (0..free.len()).min_by(|a, b| free[*a].total_cmp(&free[*b]));
            let next = next.expect("one runs at least");
            if free[next] > failed || (most <= 1 && free[next] >= failed) {
                break;
            }
            let mut sim = self.fork(free[next]);
            let end = body(&mut sim, item);
            free[next] = sim.now;
            match end {
                Ok(value) => {
                    results.push(value);
                    ends.push((sim, None));
                }
                Err(failure) => {
                    failed = failed.min(sim.now);
                    ends.push((sim, Some(failure)));
                }
            }
        }
        self.join(ends, most <= 1)?;
        Ok(results)
    }

    /// Continues after all have ended, or after the first failure. `ordered`: each began when the
    /// previous one had ended.
    fn join(&mut self, ends: Vec<(Sim, Option<Failure>)>, ordered: bool) -> Out<()> {
        let skipped = ends.iter().find_map(|(_, failure)| match failure {
            Some(Failure::Skip(why)) => Some(*why),
            _ => None,
        });
        if let Some(why) = skipped {
            return Err(Failure::Skip(why));
        }
        let failed = ends
            .iter()
            .filter(|(_, failure)| failure.is_some())
            .map(|(sim, _)| sim.now)
            .min_by(f64::total_cmp);
        let Some(failed) = failed else {
            for (sim, _) in ends {
                self.now = self.now.max(sim.now);
                self.calls.extend(sim.calls);
            }
            return Ok(());
        };
        let first =
            |(sim, failure): &(Sim, Option<Failure>)| failure.clone().filter(|_| sim.now <= failed);
        let failures: Vec<Failure> = ends.iter().filter_map(first).collect();
        if failures.iter().any(|other| !other.is_same(&failures[0])) {
            return Err(Failure::Skip("two branches fail at the same time"));
        }
        for end in ends {
            let fails_alone = failures.len() == 1 && first(&end).is_some();
            for mut timed in end.0.calls {
                if timed.time > failed {
                    continue;
                }
                timed.optional |= timed.time >= failed && !fails_alone && !ordered;
                self.calls.push(timed);
            }
        }
        self.now = failed;
        Err(failures.into_iter().next().expect("one failed"))
    }
}

/// The branches of a parallel.
#[derive(Debug)]
pub struct Branches<'s> {
    sim: &'s mut Sim,
    ends: Vec<(Sim, Option<Failure>)>,
}

impl Branches<'_> {
    /// Runs a branch; `None` if it fails.
    pub fn run<T>(&mut self, body: impl FnOnce(&mut Sim) -> Out<T>) -> Option<T> {
        if !self.ends.is_empty() {
            self.sim.shared.concurrent.set(true);
        }
        let mut sim = self.sim.fork(self.sim.now);
        match body(&mut sim) {
            Ok(value) => {
                self.ends.push((sim, None));
                Some(value)
            }
            Err(failure) => {
                self.ends.push((sim, Some(failure)));
                None
            }
        }
    }

    /// Ends the parallel.
    pub fn end(self) -> Out<()> {
        self.sim.join(self.ends, false)
    }
}

/// A retrier.
#[derive(Debug, Clone, Copy)]
pub struct Retrier {
    /// The failures that it retries.
    pub takes: fn(&Failure) -> bool,
    /// Seconds before the first attempt after a failure.
    pub interval: f64,
    /// The maximum number of attempts after a failure.
    pub most: u32,
    /// The factor of the interval after each attempt.
    pub rate: f64,
    /// The longest interval.
    pub longest: Option<f64>,
}

/// The attempts of one visit of a state.
#[derive(Debug)]
pub struct Retries {
    /// All attempts before this one.
    pub attempt: u32,
    counts: Vec<u32>,
}

impl Retries {
    /// Creates the counters of a state with this many retriers.
    pub fn new(retriers: usize) -> Retries {
        Retries {
            attempt: 0,
            counts: vec![0; retriers],
        }
    }

    /// Whether the state is retried; if so, its interval has passed.
    pub fn again(&mut self, sim: &mut Sim, failure: &Failure, retriers: &[Retrier]) -> bool {
        let Some(at) = retriers.iter().position(|one| (one.takes)(failure)) else {
            return false;
        };
        let retrier = retriers[at];
        if self.counts[at] >= retrier.most {
            return false;
        }
        let delay = retrier.interval * retrier.rate.powi(self.counts[at] as i32);
        sim.wait(delay.min(retrier.longest.unwrap_or(f64::INFINITY)));
        self.counts[at] += 1;
        self.attempt += 1;
        true
    }
}
