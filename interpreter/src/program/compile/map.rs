//! Compiles the fields of a Map state, inline or distributed.

use std::ops::Range;

use stepwright_asl::model;

use super::Compiler;
use super::field::{CompileResult, word};
use crate::program::fields::{FieldRole, FieldSource, StateFields};
use crate::program::index::StateIx;
use crate::program::map::{Items, Map};

impl Compiler<'_> {
    pub(super) fn map(
        &mut self,
        name: &str,
        map: &model::Map,
        fields: &StateFields<'_>,
        start: StateIx,
        inside: Range<usize>,
    ) -> CompileResult<Map> {
        let config = map
            .processor()
            .and_then(|processor| processor.processor_config.as_ref());
        word(
            config.and_then(|config| config.mode.as_ref()),
            "ItemProcessor/ProcessorConfig/Mode",
        )?;
        let items = match fields.at("/Items") {
            None => Items::Input,
            Some(field) => match field.source {
                FieldSource::Path("$") => Items::Input,
                FieldSource::Path(path) => Items::Path {
                    path: path.into(),
                    value: self.expr(field)?,
                },
                _ => Items::Expression(self.expr(field)?),
            },
        };
        let selector = fields.iter().find(|field| field.role == FieldRole::PerItem);
        let item_selector = selector.map(|field| self.expr(field)).transpose()?;
        Ok(Map {
            items,
            item_selector,
            max_concurrency: self.numeric(fields, "/MaxConcurrency")?,
            start,
            inside,
            tolerated_count: self.numeric(fields, "/ToleratedFailureCount")?,
            tolerated_percentage: self.numeric(fields, "/ToleratedFailurePercentage")?,
            distributed: map
                .is_distributed()
                .then(|| self.distributed(name, map, fields).map(Box::new))
                .transpose()?,
        })
    }
}
