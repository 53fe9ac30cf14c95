//! Map. Its body is filled in by the caller.

use super::Place;
use crate::flow;
use crate::lower::jsonata;
use crate::shape::Shape;
use stepwright_asl::model::{Map, Processor, ProcessorConfig, ProcessorMode};

impl Place<'_, '_> {
    pub(super) fn map(&mut self, map: &flow::Map) -> Map {
        let shape = self.shape_of(&map.items);
        if !matches!(shape, Shape::Array(_) | Shape::Tuple(_) | Shape::Any) {
            self.report.fault(format!(
                "a map runs over a list, and this is {}",
                shape.describe()
            ));
        }
        let (items, items_path) = if self.is_jsonata() {
            (
                Some(jsonata::template(&map.items, &self.env, self.report)),
                None,
            )
        } else {
            (None, self.path_of(&map.items, "a computed list"))
        };
        let limit = match &map.max_concurrency {
            Some(limit) => self.amount(limit),
            None => super::common::Amount::default(),
        };
        let env = self.env.with_result(self.state);
        let outcome = self.outcome(&env);
        let retry = self.retriers(false);
        let catch = self.catchers();
        Map {
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
            result_selector: self.selector(&outcome),
            output_path: outcome.output_path,
            assign: outcome.assign,
            output: outcome.output,
            retry,
            catch,
            next: outcome.next,
            end: outcome.end,
            ..Map::default()
        }
    }
}
