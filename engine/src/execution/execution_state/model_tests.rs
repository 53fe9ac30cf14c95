//! The mailbox with parking, in random orders of the threads that use it. The driver of these tests
//! does what `Driver` does, without a step.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Wake;

use indexmap::IndexMap;
use shuttle::rand::{Rng, thread_rng};
use shuttle::thread::{self, JoinHandle, Thread};
use stepwright_asl::model::{MachineType, StateMachine};
use stepwright_interpreter::program::Program;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{CursorId, MachineInfo, Names, TimerKind};

use super::*;
use crate::clock::Timestamp;
use crate::sync::orders;

/// A test without a lost message ends after far fewer steps.
const MAX_STEPS: usize = 100_000;

fn check(test: impl Fn() + Send + Sync + 'static) {
    let mut config = shuttle::Config::new();
    config.max_steps = shuttle::MaxSteps::FailAfter(MAX_STEPS);
    let scheduler = shuttle::scheduler::PctScheduler::new(3, orders() / 2);
    let test = Arc::new(test);
    let again = test.clone();
    shuttle::Runner::new(scheduler, config.clone()).run(move || again());
    let scheduler = shuttle::scheduler::RandomScheduler::new(orders() / 2);
    shuttle::Runner::new(scheduler, config).run(move || test());
}

fn about() -> Arc<ExecutionInfo> {
    let machine = MachineInfo::new("", "");
    Arc::new(ExecutionInfo {
        names: Names::new("arn:1", "1"),
        root: None,
        machine: Arc::new(machine),
        started: Timestamp::default(),
        input: Value::Null,
        counts_redrives: false,
        redriven: None,
        depth: 0,
    })
}

fn report(about: Arc<ExecutionInfo>) -> Arc<ExecutionReport> {
    let machine = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
    let machine: StateMachine = serde_json::from_str(machine).expect("a definition");
    let program = Program::compile(&machine, MachineType::Standard, &IndexMap::new());
    let history = History::empty(Arc::new(program.expect("it compiles")), about);
    let stopped = Timestamp::default();
    Arc::new(ExecutionReport::new(
        Status::Succeeded,
        None,
        None,
        stopped,
        history,
    ))
}

/// What the threads of a test share.
struct World {
    state: Arc<ExecutionState>,
    report: Arc<ExecutionReport>,
    /// The message that ends the execution, if any.
    last: Option<u32>,
    /// The numbers of the messages that the driver has taken, in their order.
    taken: Mutex<Vec<u32>>,
    /// The number of drivers that run; never more than one.
    drivers: AtomicUsize,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl World {
    fn new(last: Option<u32>) -> Arc<Self> {
        let about = about();
        let world = Arc::new(Self {
            state: ExecutionState::new(about.clone(), &Clock::real()),
            report: report(about),
            last,
            taken: Mutex::default(),
            drivers: AtomicUsize::new(0),
            threads: Mutex::default(),
        });
        Box::new(TestDriver(world.clone())).respawn();
        world
    }

    fn send(&self, number: u32) -> bool {
        let wait_id = WaitId {
            cursor: CursorId::at(0),
            wait: number,
        };
        let message = Message::Timer(TimerFired::Wait(wait_id, TimerKind::Wait));
        self.state.send(message).is_ok()
    }

    fn spawn(self: &Arc<Self>, work: impl FnOnce(&Arc<Self>) + Send + 'static) {
        let world = self.clone();
        let thread = thread::spawn(move || work(&world));
        self.threads.lock().unwrap().push(thread);
    }

    /// Waits until no thread runs: then each message was delivered, or never will be.
    fn join(&self) {
        loop {
            let Some(thread) = self.threads.lock().unwrap().pop() else {
                return;
            };
            thread.join().unwrap();
        }
    }

    fn taken(&self) -> Vec<u32> {
        self.taken.lock().unwrap().clone()
    }
}

/// Drives the execution until it is parked or has ended.
struct TestDriver(Arc<World>);

/// Wakes the thread of a driver that waits for its work.
struct ThreadWaker(Thread);

impl Wake for ThreadWaker {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl TestDriver {
    fn run(self: Box<Self>) {
        let world = self.0.clone();
        assert_eq!(world.drivers.fetch_add(1, Ordering::SeqCst), 0);
        let waker = Waker::from(Arc::new(ThreadWaker(thread::current())));
        let mut driver = self;
        loop {
            for message in world.state.take(&waker) {
                if let Message::Timer(TimerFired::Wait(wait_id, _)) = message {
                    world.taken.lock().unwrap().push(wait_id.wait);
                    if world.last == Some(wait_id.wait) {
                        world.state.close(world.report.clone(), |_| {});
                        world.drivers.fetch_sub(1, Ordering::SeqCst);
                        return;
                    }
                }
            }
            if !world.state.wait_for_messages() {
                continue;
            }
            // An execution with running work waits for it as a task, all others are parked.
            let has_work = world.last.is_some() && thread_rng().gen_bool(0.3);
            if has_work {
                thread::park();
                continue;
            }
            world.drivers.fetch_sub(1, Ordering::SeqCst);
            match world.state.park(driver) {
                None => return,
                Some(awake) => {
                    assert_eq!(world.drivers.fetch_add(1, Ordering::SeqCst), 0);
                    driver = awake;
                }
            }
        }
    }
}

impl ParkedExecution for TestDriver {
    fn respawn(self: Box<Self>) {
        let world = self.0.clone();
        world.spawn(move |_| self.run());
    }

    fn is_driven_by(&self, _: Id) -> bool {
        true
    }
}

#[test]
fn a_parked_execution_takes_each_message_once_and_in_order() {
    check(|| {
        let world = World::new(None);
        for sender in 0..3 {
            world.spawn(move |world| {
                for number in 0..2 {
                    assert!(world.send(10 * sender + number));
                    thread::yield_now();
                }
            });
        }
        world.join();
        let taken = world.taken();
        for sender in 0..3 {
            let own: Vec<u32> = taken
                .iter()
                .copied()
                .filter(|number| number / 10 == sender)
                .collect();
            assert_eq!(own, [10 * sender, 10 * sender + 1], "{taken:?}");
        }
        assert_eq!(taken.len(), 6);
    });
}

#[test]
fn a_message_is_taken_or_returned_when_the_execution_ends() {
    check(|| {
        let world = World::new(Some(100));
        let accepted = Arc::new(AtomicUsize::new(0));
        for sender in 0..2 {
            let accepted = accepted.clone();
            world.spawn(move |world| {
                for number in 0..2 {
                    if world.send(10 * sender + number) {
                        accepted.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
        world.spawn(|world| assert!(world.send(100)));
        world.spawn(|world| {
            let report = shuttle::future::block_on(world.state.finished());
            assert_eq!(report.status, Status::Succeeded);
        });
        world.join();
        // Messages between the last one and the end were dropped with the mailbox.
        let taken = world.taken();
        assert_eq!(taken.last(), Some(&100));
        assert!(taken.len() - 1 <= accepted.load(Ordering::SeqCst));
        assert!(!world.send(200));
    });
}

#[test]
fn a_request_for_the_history_is_always_answered() {
    check(|| {
        let world = World::new(Some(100));
        for _ in 0..2 {
            world.spawn(|world| {
                let history = world.state.history_after(0);
                // The driver of this test drops the requests that it takes; only the end answers.
                drop(shuttle::future::block_on(history));
            });
        }
        world.spawn(|world| assert!(world.send(100)));
        world.join();
        let history = world.state.history_after(0);
        assert!(shuttle::future::block_on(history).is_ok());
    });
}

#[test]
fn all_waiting_threads_learn_of_the_commit_of_a_start() {
    check(|| {
        let state = ExecutionState::uncommitted(about(), &Clock::real());
        let mut threads = Vec::new();
        for _ in 0..3 {
            let state = state.clone();
            threads.push(thread::spawn(move || {
                assert!(shuttle::future::block_on(state.accepted()).is_ok());
            }));
        }
        thread::yield_now();
        state.accept(Ok(()));
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
    });
}
