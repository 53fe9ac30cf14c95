use std::ops::Range;

use stepwright_asl::model::{self, QueryLanguage};

use super::Compiler;
use super::field::{CompileResult, word};
use crate::program::index::StateIx;
use crate::program::map::{Items, Map};
use crate::query::{Expected, Expr};

impl Compiler<'_> {
    pub(super) fn map(
        &mut self,
        name: &str,
        map: &model::Map,
        language: QueryLanguage,
        start: StateIx,
        inside: Range<usize>,
    ) -> CompileResult<Map> {
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
                    Items::Expression(items.expecting(Expected::Collection))
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
            inside,
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
            distributed: map
                .is_distributed()
                .then(|| self.distributed(name, map, language).map(Box::new))
                .transpose()?,
        })
    }
}
