//! The limiter, in random orders of the threads that use it.

use std::sync::atomic::{AtomicUsize, Ordering};

use shuttle::rand::{Rng, thread_rng};
use shuttle::thread;

use super::*;
use crate::sync::orders;

/// Counts the calls that run, and fails when there are more than allowed.
#[derive(Default)]
struct Running {
    count: AtomicUsize,
    most: usize,
}

impl Running {
    fn up_to(most: usize) -> Arc<Self> {
        let count = AtomicUsize::new(0);
        Arc::new(Self { count, most })
    }

    fn begin(&self) {
        let running = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        assert!(running <= self.most, "{running} calls run");
    }

    fn end(&self) {
        self.count.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Runs a call that counts for these limits.
fn run(limits: &[&Running]) {
    limits.iter().for_each(|limit| limit.begin());
    thread::yield_now();
    limits.iter().for_each(|limit| limit.end());
}

#[test]
fn limits_hold_and_every_waiting_call_runs() {
    let test = || {
        let limiter = Arc::new(ConcurrencyLimiter::new(Some(2), Clock::real()));
        let queues = [limiter.queue(Some(1)), limiter.queue(None)];
        let (all, first) = (Running::up_to(2), Running::up_to(1));
        let threads: Vec<_> = (0..5)
            .map(|number| {
                let is_first = number % 2 == 0;
                let mut permit = queues[usize::from(!is_first)].permit();
                let (all, first) = (all.clone(), first.clone());
                thread::spawn(move || {
                    drop(shuttle::future::block_on(permit.acquire()));
                    if is_first {
                        run(&[&all, &first])
                    } else {
                        run(&[&all])
                    }
                })
            })
            .collect();
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
        let state = limiter.lock();
        assert_eq!(state.all.running, 0);
        assert!(state.granted.is_empty());
        assert!(
            state
                .queues
                .iter()
                .all(|(count, waiting)| count.running == 0 && waiting.is_empty())
        );
    };
    shuttle::check_random(test, orders() / 2);
    shuttle::check_pct(test, orders() / 2, 3);
}

#[test]
fn a_call_that_is_dropped_while_it_waits_passes_its_permit_on() {
    let test = || {
        let limiter = Arc::new(ConcurrencyLimiter::new(Some(1), Clock::real()));
        let queue = limiter.queue(None);
        let running = Running::up_to(1);
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let (mut permit, running) = (queue.permit(), running.clone());
                thread::spawn(move || {
                    let gives_up = thread_rng().gen_bool(0.5);
                    let mut polls = 0;
                    let acquired = shuttle::future::block_on(poll_fn(|cx| {
                        polls += 1;
                        match permit.poll(cx) {
                            Poll::Ready(_) => Poll::Ready(true),
                            // It is dropped, possibly after it was granted.
                            Poll::Pending if gives_up => Poll::Ready(false),
                            Poll::Pending => Poll::Pending,
                        }
                    }));
                    if acquired {
                        run(&[&running]);
                    }
                    thread::yield_now();
                    drop(permit);
                })
            })
            .collect();
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
        let state = limiter.lock();
        assert_eq!(state.all.running, 0);
        assert!(state.granted.is_empty() && state.queues[0].1.is_empty());
    };
    shuttle::check_random(test, orders() / 2);
    shuttle::check_pct(test, orders() / 2, 3);
}
