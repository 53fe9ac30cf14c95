//! Describes a metric: its name, kind, unit, label and meaning.

use super::snapshot::{HistogramStatistics, Statistics};

/// How the value of a metric changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricKind {
    /// A number that only grows, until the process ends.
    Counter,
    /// A number that grows and shrinks.
    Gauge,
    /// The distribution of a value: how many values are at most each bound, and their sum.
    Histogram,
}

impl MetricKind {
    /// Returns the name of the kind in the text format of Prometheus.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// The unit of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricUnit {
    /// A number of things, or 0 and 1 for no and yes.
    Count,
    /// Seconds. CloudWatch has milliseconds.
    Seconds,
    /// Bytes.
    Bytes,
}

impl MetricUnit {
    /// Returns the name of the unit.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Seconds => "seconds",
            Self::Bytes => "bytes",
        }
    }
}

/// A metric of the engine; see [`METRICS`](super::METRICS).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MetricDefinition {
    /// Its name in Prometheus and in the crate `metrics`.
    pub name: &'static str,
    /// The metric of CloudWatch, in the namespace `AWS/States`, that counts the same; `None` if AWS
    /// has no such metric.
    pub cloudwatch: Option<&'static str>,
    /// How its value changes.
    pub kind: MetricKind,
    /// Its unit.
    pub unit: MetricUnit,
    /// The name of its label; `None` for a metric without one.
    pub label: Option<&'static str>,
    /// Its meaning, in one sentence without a full stop.
    pub meaning: &'static str,
    /// Reads its series from the statistics.
    pub(super) read: for<'a> fn(&'a Statistics) -> Vec<Series<'a>>,
}

/// The value of a metric for one value of its label.
pub(super) struct Series<'a> {
    pub(super) label: Option<&'a str>,
    pub(super) value: SeriesValue<'a>,
}

pub(super) enum SeriesValue<'a> {
    Number(u64),
    Histogram(&'a HistogramStatistics),
}

impl MetricDefinition {
    /// Returns the text for people, with the name of CloudWatch.
    pub(super) fn description(&self) -> String {
        match self.cloudwatch {
            Some(name) => format!("{} (CloudWatch: {name})", self.meaning),
            None => self.meaning.to_owned(),
        }
    }
}
