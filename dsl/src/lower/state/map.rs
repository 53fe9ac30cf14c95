//! Map. Its body is filled in by the caller.

use super::StateLowering;
use crate::expr::Expr;
use crate::flow;
use crate::lower::jsonata;
use crate::shape::Shape;
use stepwright_asl::model::{Map, Processor, ProcessorConfig, ProcessorMode};

impl StateLowering<'_, '_> {
    pub(super) fn map(&mut self, map: &flow::Map) -> Map {
        let (items, items_path) = match &map.items {
            Some(items) => self.items(items),
            None => (None, None),
        };
        let limit = self.optional_amount(map.max_concurrency.as_ref());
        let made = Map {
            items,
            items_path,
            max_concurrency: limit.value,
            max_concurrency_path: limit.path,
            item_processor: Some(Processor {
                processor_config: Some(ProcessorConfig {
                    mode: Some(ProcessorMode::Inline.into()),
                    ..ProcessorConfig::default()
                }),
                ..Processor::default()
            }),
            ..self.work(false).into()
        };
        match &map.distributed {
            Some(distributed) => self.distributed(made, map, distributed),
            None => {
                if map.items.is_none() {
                    self.report.fault("only a Distributed Map reads its items");
                }
                made
            }
        }
    }

    fn items(&mut self, items: &Expr) -> (Option<stepwright_asl::json::Json>, Option<String>) {
        let shape = self.shape_of(items);
        if !matches!(
            shape,
            Shape::Array(_) | Shape::Set(_) | Shape::Tuple(_) | Shape::Any
        ) {
            self.report.fault(format!(
                "a map runs over a list, and this is {}",
                shape.describe()
            ));
        }
        if self.is_jsonata() {
            let items = jsonata::template(items, &self.env, self.report);
            (Some(items), None)
        } else {
            // The unchanged input is the default list.
            let path = self.path_of(items, "a computed list");
            (None, path.filter(|path| path != "$"))
        }
    }
}
