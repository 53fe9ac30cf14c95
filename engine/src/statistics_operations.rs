//! The method of an engine that returns its statistics.

use super::engine_handle::Engine;
use crate::statistics::Statistics;

impl Engine {
    /// Returns the numbers of the engine: what it did since it was built, and what it does now.
    /// They are the numbers of its metrics; see [`statistics`](crate::statistics).
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "SecondsPath": "$", "End": true}}}"#;
    /// let engine = Engine::builder().register_json("rest", text, MachineType::Standard).virtual_time().build()?;
    /// let run = engine.start_machine("rest", json!(60), StartOptions::new()).await?;
    /// assert_eq!(engine.statistics().all_executions().open, 1);
    ///
    /// run.await?;
    /// let statistics = engine.statistics();
    /// let rest = statistics.state_machine("rest").expect("it is registered");
    /// assert_eq!((rest.started, rest.succeeded, rest.open), (1, 1, 0));
    /// assert_eq!(rest.time.sum(), 60.0);
    /// # Ok(()) }
    /// ```
    pub fn statistics(&self) -> Statistics {
        let durable = self.shared.durable.as_ref();
        Statistics {
            store: durable.map(|durable| durable.journal.statistics()),
            ..self.shared.meter.statistics()
        }
    }
}
