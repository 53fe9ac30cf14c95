//! Reads the inputs and results of many executions at once.

use super::execution_data::ExecutionData;
use super::stored_executions::ExecutionDescription;
use crate::Engine;
use crate::durable::find::Location;
use crate::durable::version_cache::VersionCache;
use crate::shared::EngineShared;
use crate::store::{StoreError, StoreReader};

impl Engine {
    /// Returns the inputs and the results of executions, by their ARNs and in the same order;
    /// `None` for an execution that does not exist. The store is read once for all of them, on a
    /// thread for blocking work, and each definition is compiled once.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, ExecutionFilter, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
    /// let engine = Engine::builder().register_json("greet", text, MachineType::Standard).build()?;
    /// engine.start_machine("greet", json!("Ada"), StartOptions::new()).await?.await?;
    /// let page = engine.executions(&ExecutionFilter::new()).await?;
    /// let ids: Vec<String> = page.executions.into_iter().map(|execution| execution.id).collect();
    /// let data = engine.execution_data(&ids).await?;
    /// assert_eq!(data[0].as_ref().map(|data| data.input.to_json()), Some(json!("Ada")));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the store. Without a store there is none.
    pub async fn execution_data(
        &self,
        ids: &[String],
    ) -> Result<Vec<Option<ExecutionData>>, StoreError> {
        let mut all = Vec::with_capacity(ids.len());
        let mut unknown = Vec::new();
        for (index, id) in ids.iter().enumerate() {
            let state = self.shared.remembered(id)?;
            if state.is_none() {
                unknown.push((index, id.clone()));
            }
            all.push(state.map(|state| ExecutionData::of_state(&state)));
        }
        if unknown.is_empty() {
            return Ok(all);
        }
        let read = self
            .shared
            .read_store(move |shared, reader| shared.stored_data(reader, &unknown));
        for (index, data) in read.await?.unwrap_or_default() {
            all[index] = Some(data);
        }
        Ok(all)
    }
}

impl EngineShared {
    /// Returns the data of executions that were not in memory, each with its index.
    fn stored_data(
        &self,
        reader: &mut dyn StoreReader,
        ids: &[(usize, String)],
    ) -> Result<Vec<(usize, ExecutionData)>, StoreError> {
        let mut versions = VersionCache::default();
        let mut found = Vec::with_capacity(ids.len());
        for (index, id) in ids {
            let data = loop {
                match self.locate(reader, id)? {
                    None => break None,
                    Some(Location::InMemory(state)) => break Some(ExecutionData::of_state(&state)),
                    Some(Location::Closed(row)) => {
                        let read = versions.restore_unchanged(self.reading(), reader, &row)?;
                        if let Some(recovered) = read {
                            break Some(ExecutionDescription::new(&row, recovered).into());
                        }
                    }
                }
            };
            found.extend(data.map(|data| (*index, data)));
        }
        Ok(found)
    }
}
