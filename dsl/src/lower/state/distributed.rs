//! The additional fields of a Distributed Map.

use super::StateLowering;
use crate::expr::{Expr, ExprNode};
use crate::flow::{self, Access, Batching, Distributed};
use crate::lower::passed_value::PassedValue;
use crate::shape::{Fields, Presence, Shape};
use stepwright_asl::front_end::StandardFeature;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::{
    ItemBatcher, ItemReader, MachineType, Map, ProcessorConfig, ProcessorMode, ReaderConfig,
    ResultWriter, WriterConfig,
};

impl StateLowering<'_, '_> {
    pub(super) fn distributed(
        &mut self,
        made: Map,
        map: &flow::Map,
        distributed: &Distributed,
    ) -> Map {
        if self.env.machine_type() == MachineType::Express {
            self.refuse_in_express(StandardFeature::DistributedMap);
        }
        let handed = self.handed();
        let count = self.optional_amount(distributed.tolerated_count.as_ref());
        let percentage = self.optional_amount(distributed.tolerated_percentage.as_ref());
        let mut processor = made.item_processor.unwrap_or_default();
        processor.processor_config = Some(ProcessorConfig {
            mode: Some(ProcessorMode::Distributed.into()),
            execution_type: Some(distributed.machine_type.into()),
            ..ProcessorConfig::default()
        });
        let item_selector = match &distributed.batch {
            None if !handed.is_empty() => Some(self.item_selector(&map.item, &handed)),
            _ => None,
        };
        Map {
            item_reader: distributed
                .reader
                .as_ref()
                .map(|reader| self.reader(reader)),
            item_selector,
            item_batcher: distributed
                .batch
                .as_ref()
                .map(|batch| self.batcher(batch, map, &handed)),
            tolerated_failure_count: count.value,
            tolerated_failure_count_path: count.path,
            tolerated_failure_percentage: percentage.value,
            tolerated_failure_percentage_path: percentage.path,
            label: distributed.label.as_ref().map(ToString::to_string),
            item_processor: Some(processor),
            result_writer: distributed
                .writer
                .as_ref()
                .map(|writer| self.writer(writer)),
            ..made
        }
    }

    /// The outer values that this Map passes to its children.
    fn handed(&self) -> Vec<PassedValue> {
        let scope = self.env.scopes.inner(&self.state.name, 0);
        scope
            .children
            .as_ref()
            .map(|children| children.handed.clone())
            .unwrap_or_default()
    }

    /// The item, next to the outer values that the children read.
    fn item_selector(&mut self, item: &str, handed: &[PassedValue]) -> Json {
        let mut members = Object::new();
        let value = Expr::new(ExprNode::Context("Map.Item.Value"));
        let (key, value) = self.member(item, &value);
        members.insert(key, value);
        self.hand(&mut members, handed);
        Json::Object(members)
    }

    fn hand(&mut self, members: &mut Object, handed: &[PassedValue]) {
        for one in handed {
            let (key, value) = self.member(&one.name, &one.value);
            members.insert(key, value);
        }
    }

    fn reader(&mut self, reader: &Access) -> ItemReader {
        let (parameters, arguments) = self.arguments(reader);
        let mut config = ReaderConfig::default();
        for (name, value) in &reader.settings {
            let place = match &**name {
                "InputType" => &mut config.input_type,
                "Transformation" => &mut config.transformation,
                "ManifestType" => &mut config.manifest_type,
                "CSVDelimiter" => &mut config.csv_delimiter,
                "CSVHeaderLocation" => &mut config.csv_header_location,
                "ItemsPointer" => &mut config.items_pointer,
                "CSVHeaders" => {
                    config.csv_headers = super::raw::literal(value);
                    continue;
                }
                "MaxItems" => {
                    let amount = self.amount(value);
                    config.max_items = amount.value;
                    config.max_items_path = amount.path;
                    continue;
                }
                _ => {
                    self.no_setting(name, "ReaderConfig");
                    continue;
                }
            };
            *place = word(value);
        }
        ItemReader {
            resource: Some(reader.resource.to_string()),
            reader_config: (!reader.settings.is_empty()).then_some(config),
            parameters,
            arguments,
            ..ItemReader::default()
        }
    }

    fn writer(&mut self, writer: &Access) -> ResultWriter {
        let (parameters, arguments) = self.arguments(writer);
        let mut config = WriterConfig::default();
        for (name, value) in &writer.settings {
            match &**name {
                "Transformation" => config.transformation = word(value),
                "OutputType" => config.output_type = word(value),
                _ => self.no_setting(name, "WriterConfig"),
            }
        }
        ResultWriter {
            resource: Some(writer.resource.to_string()),
            writer_config: (!writer.settings.is_empty()).then_some(config),
            parameters,
            arguments,
            ..ResultWriter::default()
        }
    }

    fn no_setting(&mut self, name: &str, config: &str) {
        self.report
            .fault(format!("`{config}` has no field `{name}`"));
    }

    /// `Parameters` or `Arguments`, depending on the query language.
    fn arguments(&mut self, access: &Access) -> (Option<Json>, Option<Json>) {
        let mut members = Object::new();
        for (key, value) in &access.arguments {
            let (key, value) = self.member(key, value);
            members.insert(key, value);
        }
        let members = Some(Json::Object(members));
        if self.is_jsonata() {
            (None, members)
        } else {
            (members, None)
        }
    }

    fn batcher(
        &mut self,
        batch: &Batching,
        map: &flow::Map,
        handed: &[PassedValue],
    ) -> ItemBatcher {
        let items = self.optional_amount(batch.max_items.as_ref());
        let bytes = self.optional_amount(batch.max_input_bytes.as_ref());
        if batch.max_items.is_none() && batch.max_input_bytes.is_none() {
            self.report
                .fault("a batch needs a limit: `max_items` or `max_input_bytes`");
        }
        ItemBatcher {
            batch_input: self.batch_input(batch, map, handed),
            max_items_per_batch: items.value,
            max_items_per_batch_path: items.path,
            max_input_bytes_per_batch: bytes.value,
            max_input_bytes_per_batch_path: bytes.path,
            ..ItemBatcher::default()
        }
    }

    /// The batch's own input, with the outer values that the children read.
    fn batch_input(
        &mut self,
        batch: &Batching,
        map: &flow::Map,
        handed: &[PassedValue],
    ) -> Option<Json> {
        let Some(input) = &batch.input else {
            let mut members = Object::new();
            self.hand(&mut members, handed);
            return (!members.is_empty()).then_some(Json::Object(members));
        };
        let (_, json) = self.member("BatchInput", input);
        let Some(mut members) = json.into_object() else {
            self.report.fault(
                "the input of a batch must be an object: a struct literal, or `{ name: value }`",
            );
            return None;
        };
        self.refuse_batch_input(&members, map);
        for one in handed {
            let taken = [one.name.to_string(), format!("{}.$", one.name)];
            if taken.iter().any(|key| members.contains_key(key)) {
                self.report.fault(format!(
                    "the body reads `{}` from outside, which is passed in the batch's input, but the input has a different \
                     value of that name; rename one of them",
                    one.name
                ));
            }
        }
        self.hand(&mut members, handed);
        Some(Json::Object(members))
    }

    /// Checks that the keys of the batch input are those of the type that the body reads.
    fn refuse_batch_input(&mut self, members: &Object, map: &flow::Map) {
        let Some(Shape::Struct(batch)) = map.shape.map(|shape| shape().plain()) else {
            return;
        };
        let Fields::Named(fields) = &batch.fields else {
            return;
        };
        let input = fields.iter().find(|field| field.wire == "BatchInput");
        let Some(Shape::Struct(input)) = input.map(|field| field.shape.plain()) else {
            return;
        };
        let Fields::Named(fields) = &input.fields else {
            return;
        };
        if fields.iter().any(|field| field.flatten) {
            return;
        }
        for field in fields {
            let given = members.contains_key(&*field.wire)
                || members.contains_key(&format!("{}.$", field.wire));
            if !given && matches!(field.presence, Presence::Always | Presence::Explicit) {
                self.report.fault(format!(
                    "the batch's input has no `{}`, which `{}` has",
                    field.wire, input.name
                ));
            }
        }
        for key in members.keys() {
            let key = key.strip_suffix(".$").unwrap_or(key);
            if !fields.iter().any(|field| field.wire == key) {
                self.report.fault(format!(
                    "the batch's input has `{key}`, which `{}` does not have",
                    input.name
                ));
            }
        }
    }
}

/// The text of a text setting.
fn word(value: &Expr) -> Option<String> {
    super::raw::literal(value)?.as_str().map(str::to_owned)
}
