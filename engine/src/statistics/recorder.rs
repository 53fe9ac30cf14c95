//! The recorder of the crate `metrics`. Without the feature `metrics`, nothing is recorded.

#[cfg(feature = "metrics")]
pub(super) use metrics::{Counter, Gauge, Histogram};

#[cfg(not(feature = "metrics"))]
pub(super) use self::nothing::{Counter, Gauge, Histogram};

use super::definition::MetricDefinition;

#[cfg(feature = "metrics")]
impl MetricDefinition {
    /// Describes the metric to the recorder.
    pub(super) fn describe(&self) {
        use super::definition::{MetricKind, MetricUnit};

        let unit = match self.unit {
            MetricUnit::Count => metrics::Unit::Count,
            MetricUnit::Seconds => metrics::Unit::Seconds,
            MetricUnit::Bytes => metrics::Unit::Bytes,
        };
        let description = self.description();
        match self.kind {
            MetricKind::Counter => metrics::describe_counter!(self.name, unit, description),
            MetricKind::Gauge => metrics::describe_gauge!(self.name, unit, description),
            MetricKind::Histogram => metrics::describe_histogram!(self.name, unit, description),
        }
    }

    fn labels(&self, value: Option<&str>) -> Vec<metrics::Label> {
        let pair = self.label.zip(value);
        pair.map(|(name, value)| metrics::Label::new(name, value.to_owned()))
            .into_iter()
            .collect()
    }

    /// Registers a counter with the recorder.
    pub(super) fn counter(&self, label: Option<&str>) -> Counter {
        metrics::counter!(self.name, self.labels(label))
    }

    /// Registers a gauge with the recorder.
    pub(super) fn gauge(&self, label: Option<&str>) -> Gauge {
        metrics::gauge!(self.name, self.labels(label))
    }

    /// Registers a histogram with the recorder.
    pub(super) fn histogram(&self, label: Option<&str>) -> Histogram {
        metrics::histogram!(self.name, self.labels(label))
    }
}

#[cfg(not(feature = "metrics"))]
impl MetricDefinition {
    pub(super) fn describe(&self) {}

    pub(super) fn counter(&self, _: Option<&str>) -> Counter {
        Counter
    }

    pub(super) fn gauge(&self, _: Option<&str>) -> Gauge {
        Gauge
    }

    pub(super) fn histogram(&self, _: Option<&str>) -> Histogram {
        Histogram
    }
}

/// The types of the crate `metrics`, which do nothing.
#[cfg(not(feature = "metrics"))]
mod nothing {
    #[derive(Clone, Debug)]
    pub(in super::super) struct Counter;
    #[derive(Clone, Debug)]
    pub(in super::super) struct Gauge;
    #[derive(Clone, Debug)]
    pub(in super::super) struct Histogram;

    impl Counter {
        pub(in super::super) fn increment(&self, _: u64) {}
    }

    impl Gauge {
        pub(in super::super) fn increment(&self, _: f64) {}

        pub(in super::super) fn decrement(&self, _: f64) {}
    }

    impl Histogram {
        pub(in super::super) fn record(&self, _: f64) {}
    }
}
