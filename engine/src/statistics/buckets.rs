//! The buckets of histograms.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::snapshot::HistogramStatistics;

/// The upper bounds for times of executions and tasks, in microseconds: a millisecond to 30 days.
pub(super) const TIMES: &Bounds<18> = &Bounds {
    bounds: [
        1_000,
        5_000,
        10_000,
        50_000,
        100_000,
        500_000,
        1_000_000,
        5_000_000,
        10_000_000,
        30_000_000,
        60_000_000,
        300_000_000,
        1_800_000_000,
        3_600_000_000,
        21_600_000_000,
        86_400_000_000,
        604_800_000_000,
        2_592_000_000_000,
    ],
    units: MICROSECONDS,
};

/// The upper bounds for the time of a commit, in microseconds.
pub(super) const COMMIT_TIMES: &Bounds<15> = &Bounds {
    bounds: [
        100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
        1_000_000, 5_000_000, 10_000_000,
    ],
    units: MICROSECONDS,
};

/// The upper bounds for the bytes of a commit.
pub(super) const COMMIT_BYTES: &Bounds<9> = &Bounds {
    bounds: [
        256,
        1 << 10,
        4 << 10,
        16 << 10,
        64 << 10,
        256 << 10,
        1 << 20,
        4 << 20,
        8 << 20,
    ],
    units: 1.0,
};

/// How many microseconds a second has.
const MICROSECONDS: f64 = 1_000_000.0;

/// Upper bounds of buckets, as whole numbers.
pub(super) struct Bounds<const N: usize> {
    bounds: [u64; N],
    /// How many of these numbers are one unit of the metric.
    units: f64,
}

impl<const N: usize> Bounds<N> {
    /// Returns what histograms with these bounds counted together.
    pub(super) fn statistics<'a>(
        &self,
        parts: impl Iterator<Item = &'a Buckets<N>>,
    ) -> HistogramStatistics {
        let mut counts = vec![0; N + 1];
        let mut sum = 0;
        for part in parts {
            for (count, of_part) in counts
                .iter_mut()
                .zip(part.counts.iter().chain([&part.more]))
            {
                *count += of_part.load(Ordering::Relaxed);
            }
            sum += part.sum.load(Ordering::Relaxed);
        }
        let bounds = self.bounds.iter().map(|bound| *bound as f64 / self.units);
        HistogramStatistics::new(bounds.collect(), counts, sum as f64 / self.units)
    }
}

/// How many values are in each bucket.
#[derive(Debug)]
pub(super) struct Buckets<const N: usize> {
    counts: [AtomicU64; N],
    /// The values beyond the last bound.
    more: AtomicU64,
    sum: AtomicU64,
}

impl<const N: usize> Default for Buckets<N> {
    fn default() -> Self {
        Self {
            counts: [const { AtomicU64::new(0) }; N],
            more: AtomicU64::new(0),
            sum: AtomicU64::new(0),
        }
    }
}

impl<const N: usize> Buckets<N> {
    pub(super) fn add(&self, of: &Bounds<N>, value: u64) {
        let bucket = of.bounds.partition_point(|bound| *bound < value);
        let count = self.counts.get(bucket).unwrap_or(&self.more);
        count.fetch_add(1, Ordering::Relaxed);
        if value > 0 {
            self.sum.fetch_add(value, Ordering::Relaxed);
        }
    }

    pub(super) fn add_time(&self, of: &Bounds<N>, time: Duration) {
        self.add(of, u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }
}
