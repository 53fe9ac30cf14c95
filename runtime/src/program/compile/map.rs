use smol_str::SmolStr;
use stepwright_asl::model::{self, QueryLanguage};

use super::field::word;
use super::{Compiled, Compiler};
use crate::program::map::{Batcher, Distributed, Items, Map};
use crate::program::state::StateIx;
use crate::query::{Expected, Expr};

impl Compiler<'_> {
    pub(super) fn map(
        &mut self,
        map: &model::Map,
        language: QueryLanguage,
        start: StateIx,
    ) -> Compiled<Map> {
        let is_jsonata = language == QueryLanguage::Jsonata;
        let config = map
            .processor()
            .and_then(|processor| processor.processor_config.as_ref());
        word(
            config.and_then(|config| config.mode.as_ref()),
            "ItemProcessor/ProcessorConfig/Mode",
        )?;
        let items = if is_jsonata {
            match &map.items {
                Some(items) => {
                    let items = Expr::jsonata_template(items, "Items", &mut self.names)?;
                    Items::Expression(items.expecting(Expected::Array))
                }
                None => Items::Input,
            }
        } else {
            match map.items_path.as_deref() {
                None | Some("$") => Items::Input,
                Some(path) => Items::Path {
                    path: path.into(),
                    value: Expr::path(path, "ItemsPath", &mut self.names)?,
                },
            }
        };
        let (selector, field) = match (&map.item_selector, &map.parameters) {
            (None, Some(parameters)) => (Some(parameters), "Parameters"),
            (selector, _) => (selector.as_ref(), "ItemSelector"),
        };
        let item_selector = match selector {
            Some(json) if is_jsonata => Some(Expr::jsonata_template(json, field, &mut self.names)?),
            Some(json) => Some(Expr::jsonpath_template(json, field, &mut self.names)?),
            None => None,
        };
        Ok(Map {
            items,
            item_selector,
            max_concurrency: self.numeric(
                map.max_concurrency.as_ref(),
                "MaxConcurrency",
                map.max_concurrency_path.as_deref(),
                "MaxConcurrencyPath",
                language,
            )?,
            start,
            distributed: map
                .is_distributed()
                .then(|| self.distributed(map, language))
                .transpose()?,
        })
    }

    fn distributed(&mut self, map: &model::Map, language: QueryLanguage) -> Compiled<Distributed> {
        let batcher = match &map.item_batcher {
            None => None,
            Some(batcher) => Some(Batcher {
                input: match (&batcher.batch_input, language) {
                    (Some(json), QueryLanguage::Jsonata) => Some(Expr::jsonata_template(
                        json,
                        "ItemBatcher/BatchInput",
                        &mut self.names,
                    )?),
                    (Some(json), QueryLanguage::JsonPath) => Some(Expr::jsonpath_template(
                        json,
                        "BatchInput",
                        &mut self.names,
                    )?),
                    (None, _) => None,
                },
                max_items: self.numeric(
                    batcher.max_items_per_batch.as_ref(),
                    "ItemBatcher/MaxItemsPerBatch",
                    batcher.max_items_per_batch_path.as_deref(),
                    "MaxItemsPerBatchPath",
                    language,
                )?,
                max_bytes: self.numeric(
                    batcher.max_input_bytes_per_batch.as_ref(),
                    "ItemBatcher/MaxInputBytesPerBatch",
                    batcher.max_input_bytes_per_batch_path.as_deref(),
                    "MaxInputBytesPerBatchPath",
                    language,
                )?,
            }),
        };
        let unsupported = if map.item_reader.is_some() {
            Some("ItemReader")
        } else if map.result_writer.is_some() {
            Some("ResultWriter")
        } else {
            None
        };
        Ok(Distributed {
            label: map.label.as_deref().map(SmolStr::new),
            tolerated_count: self.numeric(
                map.tolerated_failure_count.as_ref(),
                "ToleratedFailureCount",
                map.tolerated_failure_count_path.as_deref(),
                "ToleratedFailureCountPath",
                language,
            )?,
            tolerated_percentage: self.numeric(
                map.tolerated_failure_percentage.as_ref(),
                "ToleratedFailurePercentage",
                map.tolerated_failure_percentage_path.as_deref(),
                "ToleratedFailurePercentagePath",
                language,
            )?,
            batcher,
            unsupported,
        })
    }
}
