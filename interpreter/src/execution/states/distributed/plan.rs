//! Evaluates the fields of a Distributed Map, and creates its Map Run.

use smol_str::SmolStr;

use super::reader_failed;
use crate::distributed::{
    self, BucketList, Export, FileSizes, Header, Item, Items, ObjectRef, Results, RetryCursor,
    RunView, Tally,
};
use crate::execution::cursor::{Cursor, Waiting};
use crate::execution::failure::Failure;
use crate::execution::inspection::InspectionStage;
use crate::execution::map_run::batch::{Batch, NextInput};
use crate::execution::map_run::tolerance::Tolerance;
use crate::execution::map_run::{MapRun, MapRunStage};
use crate::execution::states::arguments::unusable_parameters;
use crate::execution::step::{StateProgress, StateResult};
use crate::execution::step_context::StepContext;
use crate::execution::step_loop::Execution;
use crate::history::{Details, EventKind};
use crate::program::{
    Batcher, Distributed, Format, Io, ItemReaderFields, Map, ReaderSource, ResultWriterFields,
    State,
};
use crate::query::QueryError;
use crate::value::{Str, Value};
use crate::wait_id::CursorId;

type QueryResult<T> = Result<T, QueryError>;

/// The evaluated fields of a Distributed Map.
struct Plan {
    items: Items,
    /// The reason why the run fails when it starts.
    refused: Option<String>,
    tolerance: Tolerance,
    batch: Option<Batch>,
    /// Bucket and prefix of the ResultWriter.
    target: Option<(SmolStr, SmolStr)>,
}

impl Execution {
    /// Creates a run.
    pub(in crate::execution) fn distribute(
        &mut self,
        id: CursorId,
        state: &State,
        map: &Map,
        distributed: &Distributed,
        cx: &mut StepContext<'_>,
    ) -> StateResult {
        let (items, declared) = match self.items_of_run(id, state, map, distributed) {
            Ok(found) => found,
            Err(error) => return Err(self.map_refused(id, state, &error)),
        };
        // The items of an ItemReader are not known yet and count as 0.
        let length = items.as_ref().map_or(0, Item::count);
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        self.write(
            id,
            EventKind::MapStateStarted,
            Details::Length(length).into(),
        );
        let plan = match self.plan(id, state, map, distributed, items) {
            Ok(plan) => plan,
            Err(error) => return Err(self.map_refused(id, state, &error)),
        };
        let mut plan = plan;
        if distributed.reader.is_some()
            && let Some(given) = cx
                .environment
                .caller
                .items_of_reader(&self.about, &state.name)
        {
            match given {
                Ok(items) => plan.items = Items::of_value(items),
                Err(error) => plan.refused = Some(error.cause),
            }
        }
        let label = &distributed.label;
        let machine_id = SmolStr::from(format!("{}/{label}", self.about.machine.id));
        let prefix = machine_id.replace(":stateMachine:", ":mapRun:");
        let arn = SmolStr::from(format!("{prefix}:{}", self.entropy.uuid()));
        self.write(
            id,
            EventKind::MapRunStarted,
            Details::MapRun(arn.clone()).into(),
        );
        let max = u64::from(self.limits.map_run_concurrency);
        let layout = distributed.writer.as_ref().map(|writer| writer.layout);
        let mut run = MapRun {
            concurrency: declared.filter(|max| *max > 0).unwrap_or(max).min(max),
            tolerance: plan.tolerance,
            tally: Tally::default(),
            results: Results::new(layout.is_some()),
            export: plan.target.zip(layout).map(|((bucket, prefix), layout)| {
                Export::new(
                    arn.clone(),
                    machine_id.clone(),
                    bucket,
                    &prefix,
                    layout,
                    FileSizes {
                        file: self.limits.result_file_bytes,
                        part: self.limits.result_part_bytes,
                    },
                )
            }),
            layout,
            items: plan.items,
            batch: plan.batch,
            machine_id,
            machine_name: format!("{}/{label}", self.about.machine.name).into(),
            stage: match plan.refused {
                Some(cause) => MapRunStage::Stopping(reader_failed(cause)),
                None => MapRunStage::Starting,
            },
            is_reading: false,
            is_ready: true,
            view: RunView {
                arn,
                execution: self.about.arn().clone(),
                started: self.not_before_history(self.now),
                max_concurrency: declared.unwrap_or_default(),
                tolerated_count: plan.tolerance.count,
                tolerated_percentage: plan.tolerance.percentage,
                redrive_count: 0,
                redriven: None,
            },
            is_open: false,
            retry_cursor: RetryCursor::default(),
            input_failure: None,
        };
        if self.is_inspected() {
            return self.inspect_run(id, map, &mut run, cx);
        }
        self.wait(id, Waiting::Run(Box::new(run)));
        Ok(StateProgress::Wait)
    }

    /// Returns the failure of a Map whose fields cannot be evaluated. An error in JSONata also
    /// writes MapStateFailed, an error in a path does not.
    pub(in crate::execution) fn map_refused(
        &mut self,
        id: CursorId,
        state: &State,
        error: &QueryError,
    ) -> Failure {
        let failure = self.query_failed(id, error, &state.name);
        match &state.io {
            Io::Jsonata(_) => failure.inner(),
            Io::JsonPath(_) => failure,
        }
    }

    /// Evaluates the items, unless an ItemReader reads them, and MaxConcurrency.
    fn items_of_run(
        &self,
        id: CursorId,
        state: &State,
        map: &Map,
        distributed: &Distributed,
    ) -> QueryResult<(Option<Value>, Option<u64>)> {
        let cursor = self.cursor(id)?;
        let effective = self.effective_input(cursor, state)?;
        let items = match &distributed.reader {
            None => Some(self.items(cursor, state, map, &effective)?),
            // Items and ItemsPath are ignored if there is an ItemReader.
            Some(_) => None,
        };
        let declared = self.declared_concurrency(cursor, map, &effective)?;
        Ok((items, declared))
    }

    /// Evaluates ToleratedFailureCount and ToleratedFailurePercentage.
    pub(in crate::execution) fn tolerance(
        &self,
        cursor: &Cursor,
        map: &Map,
        input: &Value,
    ) -> QueryResult<Tolerance> {
        let count = &map.tolerated_count;
        let share = &map.tolerated_percentage;
        let tolerance = Tolerance {
            count: self.non_negative_integer(cursor, count, "ToleratedFailureCount", input)?,
            percentage: self.percentage(cursor, share, "ToleratedFailurePercentage", input)?,
        };
        self.inspect_value(InspectionStage::ToleratedCount, &tolerance.count.into());
        self.inspect_value(
            InspectionStage::ToleratedPercentage,
            &tolerance.percentage.into(),
        );
        Ok(tolerance)
    }

    fn plan(
        &self,
        id: CursorId,
        state: &State,
        map: &Map,
        distributed: &Distributed,
        items: Option<Value>,
    ) -> QueryResult<Plan> {
        let cursor = self.cursor(id)?;
        let input = self.effective_input(cursor, state)?;
        let tolerance = self.tolerance(cursor, map, &input)?;
        let (items, refused) = match (&distributed.reader, items) {
            (Some(reader), None) => self.read_by(cursor, reader, &input)?,
            (_, items) => (Items::of_value(items.unwrap_or_default()), None),
        };
        Ok(Plan {
            items,
            refused,
            tolerance,
            batch: match &distributed.batcher {
                Some(batcher) => Some(self.batch(cursor, batcher, &input)?),
                None => None,
            },
            target: match &distributed.writer {
                Some(writer) => self.target(cursor, writer, &input)?,
                None => None,
            },
        })
    }

    /// Evaluates an ItemReader. The second value is the reason why the run cannot use it.
    fn read_by(
        &self,
        cursor: &Cursor,
        reader: &ItemReaderFields,
        input: &Value,
    ) -> QueryResult<(Items, Option<String>)> {
        let max = self.integer(cursor, &reader.max_items, "MaxItems", input)?;
        let parameters = self.evaluate(&reader.parameters, cursor, input)?;
        let object_ref = || -> QueryResult<ObjectRef> {
            Ok(ObjectRef {
                bucket: required(&parameters, "Bucket")?,
                key: required(&parameters, "Key")?,
            })
        };
        let format = |format: &Format| self.format(cursor, format, input);
        let source = match &reader.source {
            ReaderSource::Object(of) => distributed::ItemReader::Object {
                object_ref: object_ref()?,
                format: format(of)?,
            },
            ReaderSource::Inventory => distributed::ItemReader::Inventory {
                object_ref: object_ref()?,
            },
            ReaderSource::Athena(of) => distributed::ItemReader::Athena {
                object_ref: object_ref()?,
                format: format(of)?,
            },
            ReaderSource::List(load) => distributed::ItemReader::List(BucketList {
                bucket: required(&parameters, "Bucket")?,
                prefix: text(&parameters, "Prefix")?.unwrap_or_default(),
                delimiter: text(&parameters, "Delimiter")?,
                start_after: text(&parameters, "StartAfter")?,
                load: load.as_ref().map(format).transpose()?,
            }),
        };
        let (max, refused) = match u64::try_from(max.unwrap_or_default()) {
            Ok(max) => (max, None),
            Err(_) => (0, Some("field MaxItems must be positive".to_owned())),
        };
        let items = Items::of_reader(source, max, self.limits.object_bytes);
        Ok((items, refused))
    }

    fn format(
        &self,
        cursor: &Cursor,
        format: &Format,
        input: &Value,
    ) -> QueryResult<distributed::Format> {
        Ok(match format {
            Format::Json { pointer } => distributed::Format::Json {
                pointer: pointer.clone(),
            },
            Format::JsonLines => distributed::Format::JsonLines,
            Format::Parquet => distributed::Format::Parquet,
            Format::Csv { delimiter, headers } => distributed::Format::Csv {
                delimiter: *delimiter,
                header: match headers {
                    None => Header::FirstRow,
                    Some(headers) => {
                        let headers = self.evaluate(headers, cursor, input)?;
                        let names = headers.as_array().and_then(|names| {
                            let names = names.as_slice().iter();
                            names.map(|name| name.as_str().map(Str::new)).collect()
                        });
                        Header::Given(names.ok_or_else(|| {
                            QueryError::runtime(format!(
                                "The CSVHeaders field must be an array of strings, but was: {}",
                                message_text(&headers)
                            ))
                        })?)
                    }
                },
            },
        })
    }

    fn batch(&self, cursor: &Cursor, batcher: &Batcher, input: &Value) -> QueryResult<Batch> {
        let max =
            self.non_negative_integer(cursor, &batcher.max_items, "MaxItemsPerBatch", input)?;
        let bytes =
            self.non_negative_integer(cursor, &batcher.max_bytes, "MaxInputBytesPerBatch", input)?;
        let shared = match &batcher.input {
            Some(template) => Some(self.evaluate(template, cursor, input)?),
            None => None,
        };
        // Without a declared limit, a batch may be as large as the largest input.
        let limit = self.limits.payload_bytes;
        let bytes = bytes.filter(|bytes| *bytes > 0).unwrap_or(limit);
        Ok(Batch::new(shared, max, bytes.min(limit)))
    }

    fn target(
        &self,
        cursor: &Cursor,
        writer: &ResultWriterFields,
        input: &Value,
    ) -> QueryResult<Option<(SmolStr, SmolStr)>> {
        let Some(template) = &writer.parameters else {
            return Ok(None);
        };
        let parameters = self.evaluate(template, cursor, input)?;
        let bucket = required(&parameters, "Bucket")?;
        let prefix = text(&parameters, "Prefix")?.unwrap_or_default();
        Ok(Some((bucket, prefix)))
    }

    /// Inspects a run in a test of one state: creates the inputs of its children, but runs none.
    fn inspect_run(
        &mut self,
        id: CursorId,
        map: &Map,
        run: &mut MapRun,
        cx: &mut StepContext<'_>,
    ) -> StateResult {
        if let MapRunStage::Stopping(failure) = &run.stage {
            return Err(failure.clone().inner());
        }
        let mut inputs = Vec::new();
        let mut is_known = true;
        loop {
            match self.next_input(id, map, run) {
                Ok(NextInput::Child { input, .. }) => inputs.push(input),
                Ok(NextInput::End) => break,
                Ok(NextInput::Needs(_)) => match self.supply_in_test(map, &mut run.items) {
                    Ok(true) => {}
                    // A test reads only the content that it supplies.
                    Ok(false) => {
                        is_known = false;
                        break;
                    }
                    Err(cause) => return Err(reader_failed(cause).inner()),
                },
                Err(item_error) => return Err(self.item_failed(id, &item_error).inner()),
            }
        }
        let iterations = is_known.then(|| u64::try_from(inputs.len()).unwrap_or(u64::MAX));
        if map.item_selector.is_some() {
            let selected: Vec<Value> = match &run.batch {
                None => inputs.clone(),
                // The batches contain the selected items.
                Some(_) => {
                    let batches = inputs
                        .iter()
                        .filter_map(|input| input.get("Items")?.as_array());
                    batches.flat_map(|items| items.iter().cloned()).collect()
                }
            };
            self.inspect_value(InspectionStage::ItemSelector, &selected.into());
        }
        if run.batch.is_some() {
            self.inspect_value(InspectionStage::ItemBatcher, &inputs.into());
        }
        let tolerance = run.tolerance;
        let progress = self.mocked_run(id, iterations, Some(&tolerance), cx);
        // A test of a Map always mocks its children.
        progress.unwrap_or(Ok(StateProgress::Wait))
    }
}

/// Returns a required member of the parameters of an S3 action.
fn required(parameters: &Value, name: &str) -> QueryResult<SmolStr> {
    text(parameters, name)?.ok_or_else(|| {
        unusable_parameters(
            parameters,
            &format!("The field \"{name}\" is required but was missing"),
        )
    })
}

/// Returns an optional member of the parameters of an S3 action.
fn text(parameters: &Value, name: &str) -> QueryResult<Option<SmolStr>> {
    match parameters.get(name) {
        None => Ok(None),
        Some(Value::Str(text)) => Ok(Some(text.to_small())),
        Some(_) => Err(unusable_parameters(
            parameters,
            &format!("The value for the field \"{name}\" must be a STRING"),
        )),
    }
}

fn message_text(value: &Value) -> String {
    crate::execution::message_text::message_text(value)
}
