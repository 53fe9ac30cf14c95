//! The time of this process: the wall clock, read once, and the time that has passed since.
//!
//! One anchor serves the whole process, so that [`system_time`] and all clocks on real time agree.
//! A step of the wall clock changes no timestamp and no deadline; the next process starts with the
//! new wall clock.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

#[cfg(not(target_os = "linux"))]
use web_time::Instant;
use web_time::{SystemTime, UNIX_EPOCH};

use super::Timestamp;

/// The smallest difference that is a step of the wall clock, in microseconds. Adjustments of the
/// rate stay below it.
const STEP: i64 = 1_000_000;
/// The longest that reading both clocks may take.
const PAUSE: Duration = Duration::from_millis(100);

static SYSTEM: LazyLock<AnchoredTime<OperatingSystem>> =
    LazyLock::new(|| AnchoredTime::new(OperatingSystem::new()));

/// Returns the time of this process: the operating system's wall clock as it was at the first call,
/// and the time that has passed since. All clocks on real time follow it. It never decreases,
/// whatever steps the wall clock makes.
#[inline]
pub fn system_time() -> Timestamp {
    SYSTEM.now()
}

/// Returns the operating system's wall clock, which may go back.
pub fn wall_time() -> Timestamp {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => Timestamp::default() + since,
        Err(before) => {
            let micros = i64::try_from(before.duration().as_micros());
            Timestamp::from_unix_micros(micros.map_or(i64::MIN, |micros| -micros))
        }
    }
}

/// Logs a warning when the wall clock was stepped since the last call. For rare calls: it reads the
/// wall clock.
pub(super) fn report_step() {
    if let Some(step) = SYSTEM.take_step() {
        step.log();
    }
}

/// The clocks of a machine.
pub(super) trait TimeSource {
    /// Returns the wall clock.
    fn wall(&self) -> Timestamp;

    /// Returns the microseconds since a fixed moment. They never decrease.
    fn elapsed(&self) -> i64;
}

/// The clocks of the operating system.
struct OperatingSystem {
    #[cfg(not(target_os = "linux"))]
    started: Instant,
}

#[cfg(target_os = "linux")]
impl OperatingSystem {
    fn new() -> Self {
        Self {}
    }
}

#[cfg(target_os = "linux")]
impl TimeSource for OperatingSystem {
    fn wall(&self) -> Timestamp {
        wall_time()
    }

    /// `Instant` reads CLOCK_MONOTONIC, which stops while the machine is suspended. CLOCK_BOOTTIME
    /// does not.
    #[inline]
    #[allow(clippy::useless_conversion, reason = "it has 32 bits elsewhere")]
    fn elapsed(&self) -> i64 {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        time.tv_sec * 1_000_000 + i64::from(time.tv_nsec) / 1_000
    }
}

#[cfg(not(target_os = "linux"))]
impl OperatingSystem {
    fn new() -> Self {
        Self {
            started: Instant::now(),
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl TimeSource for OperatingSystem {
    fn wall(&self) -> Timestamp {
        wall_time()
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}

/// Time that begins with the wall clock and advances with the monotonic clock.
pub(super) struct AnchoredTime<S> {
    source: S,
    /// The wall clock when the source's `elapsed` was 0, as it was at the anchor.
    origin: i64,
    /// The lead of the wall clock, in microseconds, in the last log message.
    reported: AtomicI64,
}

impl<S: TimeSource> AnchoredTime<S> {
    pub(super) fn new(source: S) -> Self {
        let origin = source.wall().unix_micros() - source.elapsed();
        Self {
            source,
            origin,
            reported: AtomicI64::new(0),
        }
    }

    #[inline]
    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_unix_micros(self.origin + self.source.elapsed())
    }

    /// Returns how far the wall clock is ahead now, if that differs by more than a second from what
    /// this returned last.
    pub(super) fn take_step(&self) -> Option<WallClockStep> {
        let before = self.now();
        let wall = self.source.wall().unix_micros();
        let now = self.now();
        if now - before > PAUSE {
            // The thread was not running between the two readings, so the difference is no step.
            return None;
        }
        let ahead = wall - now.unix_micros();
        let reported = self.reported.load(Ordering::Relaxed);
        if (ahead - reported).abs() <= STEP {
            return None;
        }
        // If several clocks see the step concurrently, only one reports it.
        let taken =
            self.reported
                .compare_exchange(reported, ahead, Ordering::Relaxed, Ordering::Relaxed);
        taken.ok().map(|_| WallClockStep { ahead })
    }
}

/// A step of the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WallClockStep {
    /// By how many microseconds the wall clock is ahead of this process's time; negative when it is
    /// behind.
    ahead: i64,
}

impl WallClockStep {
    fn log(self) {
        let by = Duration::from_micros(self.ahead.unsigned_abs()).as_secs_f64();
        if self.ahead.abs() <= STEP {
            tracing::warn!("the wall clock was stepped and agrees with the engine's time again");
            return;
        }
        let side = if self.ahead > 0 { "ahead of" } else { "behind" };
        tracing::warn!(
            "the wall clock was stepped and is {by:.1} s {side} the engine's time; waits, timeouts and timestamps follow the engine's time until the process is restarted"
        );
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;

    const SECOND: i64 = 1_000_000;

    #[derive(Default)]
    struct TestSource {
        wall: Cell<i64>,
        elapsed: Cell<i64>,
    }

    impl TestSource {
        fn pass(&self, micros: i64) {
            self.wall.set(self.wall.get() + micros);
            self.elapsed.set(self.elapsed.get() + micros);
        }

        fn step(&self, micros: i64) {
            self.wall.set(self.wall.get() + micros);
        }
    }

    impl TimeSource for &TestSource {
        fn wall(&self) -> Timestamp {
            Timestamp::from_unix_micros(self.wall.get())
        }

        fn elapsed(&self) -> i64 {
            self.elapsed.get()
        }
    }

    fn source() -> TestSource {
        TestSource {
            wall: Cell::new(1_800_000_000 * SECOND),
            elapsed: Cell::new(77 * SECOND),
        }
    }

    #[test]
    fn a_step_of_the_wall_clock_is_reported_once_and_changes_no_time() {
        let source = source();
        let time = AnchoredTime::new(&source);
        let began = time.now();
        assert_eq!(began, Timestamp::from_unix_micros(source.wall.get()));
        for step in [400, -3_600, 100 * 86_400] {
            let before = time.now();
            source.step(step * SECOND);
            assert_eq!(time.now(), before);
            let ahead = source.wall.get() - time.now().unix_micros();
            assert_eq!(time.take_step(), Some(WallClockStep { ahead }));
            source.pass(5 * SECOND);
            assert_eq!(time.take_step(), None);
            assert_eq!(time.now() - before, Duration::from_secs(5));
        }
    }

    #[test]
    fn small_adjustments_are_reported_when_their_sum_exceeds_a_second() {
        let source = source();
        let time = AnchoredTime::new(&source);
        source.step(SECOND);
        assert_eq!(time.take_step(), None);
        source.step(1);
        assert!(time.take_step().is_some());
        source.step(-SECOND);
        assert_eq!(time.take_step(), None);
    }

    #[test]
    fn the_correction_of_a_wall_clock_is_reported() {
        let source = source();
        let time = AnchoredTime::new(&source);
        source.step(400 * SECOND);
        assert!(time.take_step().is_some());
        source.step(-400 * SECOND);
        assert_eq!(time.take_step(), Some(WallClockStep { ahead: 0 }));
        assert_eq!(time.take_step(), None);
    }

    #[test]
    fn process_time_starts_at_the_wall_clock() {
        let (now, wall) = (system_time(), wall_time());
        let difference = (now - wall).max(wall - now);
        assert!(difference < Duration::from_secs(60), "{difference:?}");
    }

    proptest! {
        #[test]
        fn steps_of_the_wall_clock_never_change_the_process_time(
            moves in prop::collection::vec((any::<bool>(), -400 * 86_400 * SECOND..400 * 86_400 * SECOND), 0..50)
        ) {
            let source = source();
            let time = AnchoredTime::new(&source);
            let (began, mut passed) = (time.now(), 0);
            for (is_step, micros) in moves {
                let before = time.now();
                if is_step { source.step(micros) } else {
                    passed += micros.abs();
                    source.pass(micros.abs());
                }
                prop_assert!(time.now() >= before);
                prop_assert_eq!(time.now().unix_micros() - began.unix_micros(), passed);
            }
        }
    }
}
