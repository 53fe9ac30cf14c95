//! The text format of Prometheus.

use std::fmt::Write;

use super::definition::{MetricDefinition, Series, SeriesValue};
use super::snapshot::Statistics;
use super::table::METRICS;

/// The media type of the text.
pub const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

impl Statistics {
    /// Returns all metrics in the text format of Prometheus, for a program that serves them itself.
    /// `stepwright serve` has them at `/metrics`. The media type is [`PROMETHEUS_TEXT`].
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
    /// let engine = Engine::builder().register_json("greet", text, MachineType::Standard).build()?;
    /// engine.start_machine("greet", json!({}), StartOptions::new()).await?.await?;
    ///
    /// let text = engine.statistics().to_prometheus();
    /// assert!(text.contains("stepwright_executions_succeeded_total{state_machine=\"greet\"} 1\n"));
    /// # Ok(()) }
    /// ```
    pub fn to_prometheus(&self) -> String {
        let mut text = String::new();
        for metric in METRICS {
            let series = (metric.read)(self);
            if !series.is_empty() {
                print(&mut text, metric, &series);
            }
        }
        text
    }
}

/// Writing to a `String` cannot fail.
fn print(text: &mut String, metric: &MetricDefinition, series: &[Series<'_>]) {
    let name = metric.name;
    let help = escaped(&metric.description(), false);
    let _ = writeln!(text, "# HELP {name} {help}");
    let _ = writeln!(text, "# TYPE {name} {}", metric.kind.name());
    for Series { label, value } in series {
        let label = metric.label.zip(*label);
        let label = label.map(|(name, value)| format!("{name}=\"{}\"", escaped(value, true)));
        let braces = label.as_ref().map(|label| format!("{{{label}}}"));
        let braces = braces.unwrap_or_default();
        match value {
            SeriesValue::Number(number) => {
                let _ = writeln!(text, "{name}{braces} {number}");
            }
            SeriesValue::Histogram(histogram) => {
                let before = label.map(|label| format!("{label},")).unwrap_or_default();
                for (bound, count) in histogram.buckets() {
                    let bound = if bound.is_finite() {
                        bound.to_string()
                    } else {
                        "+Inf".to_owned()
                    };
                    let _ = writeln!(text, "{name}_bucket{{{before}le=\"{bound}\"}} {count}");
                }
                let _ = writeln!(text, "{name}_sum{braces} {}", histogram.sum());
                let _ = writeln!(text, "{name}_count{braces} {}", histogram.count());
            }
        }
    }
}

/// Escapes a description, or the value of a label.
fn escaped(text: &str, is_label: bool) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    if is_label {
        text.replace('"', "\\\"")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use crate::statistics::ExecutionStatistics;
    use crate::statistics::engine_meter::EngineMeter;
    use std::time::Duration;
    use stepwright_interpreter::Status;

    #[test]
    fn a_histogram_has_cumulative_buckets_with_its_sum_and_its_count() {
        let meter = EngineMeter::new(5);
        let executions = meter.executions("orders");
        for (status, millis) in [
            (Status::Succeeded, 1),
            (Status::Failed, 700),
            (Status::TimedOut, 4_000_000_000),
        ] {
            executions.begins(crate::statistics::ExecutionBegin::Started);
            executions.ends(status, Duration::from_millis(millis));
        }
        let text = meter.statistics().to_prometheus();
        let lines: Vec<_> = text
            .lines()
            .filter(|line| line.contains("execution_time") && !line.starts_with('#'))
            .filter(|line| {
                [
                    "\"0.001\"",
                    "\"0.5\"",
                    "\"1\"",
                    "\"2592000\"",
                    "+Inf",
                    "_sum",
                    "_count",
                ]
                .iter()
                .any(|part| line.contains(part))
            })
            .collect();
        let name = "stepwright_execution_time_seconds";
        assert_eq!(
            lines,
            [
                format!("{name}_bucket{{state_machine=\"orders\",le=\"0.001\"}} 1"),
                format!("{name}_bucket{{state_machine=\"orders\",le=\"0.5\"}} 1"),
                format!("{name}_bucket{{state_machine=\"orders\",le=\"1\"}} 2"),
                format!("{name}_bucket{{state_machine=\"orders\",le=\"2592000\"}} 2"),
                format!("{name}_bucket{{state_machine=\"orders\",le=\"+Inf\"}} 3"),
                format!("{name}_sum{{state_machine=\"orders\"}} 4000000.701"),
                format!("{name}_count{{state_machine=\"orders\"}} 3"),
            ]
        );
    }

    #[test]
    fn labels_are_escaped_and_bounded() {
        let meter = EngineMeter::new(5);
        meter.executions("a\"b\\c");
        let text = meter.statistics().to_prometheus();
        assert!(
            text.contains("stepwright_executions_started_total{state_machine=\"a\\\"b\\\\c\"} 0\n")
        );
        for number in 0..2_000 {
            meter.executions(&number.to_string());
        }
        let all: Vec<ExecutionStatistics> = meter.statistics().executions;
        assert_eq!(all.len(), 1_001);
        assert_eq!(
            all.iter()
                .filter(|of| of.state_machine == "<other>")
                .count(),
            1
        );
    }
}
