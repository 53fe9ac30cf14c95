//! The Map state.

use indexmap::IndexMap;

use crate::json::Json;

use super::structure::structure;
use super::{
    Catcher, MachineType, NumberOrExpression, PathField, ProcessorMode, QueryLanguage, Retrier,
    States, Word,
};

structure! {
    /// Runs the same states for each item of a collection; its result is the array of their
    /// outputs.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html>
    Map is "Map" {
        /// Description of the state.
        comment: Option<String> = "Comment",
        /// The query language of this state; the machine's if absent.
        query_language: Option<Word<QueryLanguage>> = "QueryLanguage",
        /// Selects the part of the input that the state works on; `null` for an empty one.
        input_path: Option<PathField> = "InputPath" JsonPath,
        /// The source of the collection, in a Distributed Map.
        item_reader: Option<ItemReader> = "ItemReader",
        /// A path to the collection.
        items_path: Option<String> = "ItemsPath" JsonPath,
        /// The collection: an array, an object, or an expression that returns one.
        items: Option<Json> = "Items" Jsonata,
        /// The input of each iteration, built from the item.
        item_selector: Option<Json> = "ItemSelector",
        /// The deprecated name of `ItemSelector`.
        parameters: Option<Json> = "Parameters" JsonPath,
        /// How items are grouped into batches, in a Distributed Map.
        item_batcher: Option<ItemBatcher> = "ItemBatcher",
        /// Maximum number of concurrent iterations; 0 or absent means the limit of the service.
        max_concurrency: Option<NumberOrExpression> = "MaxConcurrency",
        /// A path to the value of `MaxConcurrency`.
        max_concurrency_path: Option<String> = "MaxConcurrencyPath" JsonPath,
        /// The percentage of items that may fail.
        tolerated_failure_percentage: Option<NumberOrExpression> = "ToleratedFailurePercentage",
        /// A path to the value of `ToleratedFailurePercentage`.
        tolerated_failure_percentage_path: Option<String> = "ToleratedFailurePercentagePath" JsonPath,
        /// The number of items that may fail.
        tolerated_failure_count: Option<NumberOrExpression> = "ToleratedFailureCount",
        /// A path to the value of `ToleratedFailureCount`.
        tolerated_failure_count_path: Option<String> = "ToleratedFailureCountPath" JsonPath,
        /// The label of a Distributed Map in the names of its child executions.
        label: Option<String> = "Label",
        /// The states that process each item.
        item_processor: Option<Processor> = "ItemProcessor",
        /// The deprecated name of `ItemProcessor`.
        iterator: Option<Processor> = "Iterator",
        /// The destination of the results, in a Distributed Map.
        result_writer: Option<ResultWriter> = "ResultWriter",
        /// Reshapes the result.
        result_selector: Option<Json> = "ResultSelector" JsonPath,
        /// The path in the input at which the result is stored; `null` discards the result.
        result_path: Option<PathField> = "ResultPath" JsonPath,
        /// Selects the part of the state's data that is its output; `null` for an empty one.
        output_path: Option<PathField> = "OutputPath" JsonPath,
        /// New values of workflow variables, by name.
        assign: Option<IndexMap<String, Json>> = "Assign",
        /// The output, built with expressions.
        output: Option<Json> = "Output" Jsonata,
        /// The retriers; the first match applies.
        retry: Vec<Retrier> = "Retry",
        /// The catchers; the first match applies.
        catch: Vec<Catcher> = "Catch",
        /// The name of the next state.
        next: Option<String> = "Next",
        /// Whether the execution, branch or iteration ends here.
        end: Option<Word<bool>> = "End",
    }
}

impl Map {
    /// The states that process each item, from `ItemProcessor` or `Iterator`.
    pub fn processor(&self) -> Option<&Processor> {
        self.item_processor.as_ref().or(self.iterator.as_ref())
    }

    /// The mutable form of [`Map::processor`].
    pub fn processor_mut(&mut self) -> Option<&mut Processor> {
        self.item_processor.as_mut().or(self.iterator.as_mut())
    }

    /// Whether each iteration is a separate execution.
    pub fn is_distributed(&self) -> bool {
        self.processor()
            .and_then(|processor| processor.processor_config.as_ref())
            .and_then(|config| config.mode.as_ref()?.known())
            == Some(ProcessorMode::Distributed)
    }
}

structure! {
    /// The states that process each item of a Map.
    Processor {
        /// How the iterations run.
        processor_config: Option<ProcessorConfig> = "ProcessorConfig",
        /// Description of the processor.
        comment: Option<String> = "Comment",
        /// Preserved if it was parsed; AWS rejects it here.
        query_language: Option<Word<QueryLanguage>> = "QueryLanguage",
        /// The name of the first state.
        start_at: String = "StartAt" required,
        /// The states.
        states: States = "States" required,
    }
}

structure! {
    /// How a Map runs its iterations.
    ProcessorConfig {
        /// Inline in the execution, or each in a separate execution.
        mode: Option<Word<ProcessorMode>> = "Mode",
        /// The type of the child executions of a Distributed Map.
        execution_type: Option<Word<MachineType>> = "ExecutionType",
    }
}

structure! {
    /// The source of the items of a Distributed Map.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>
    ItemReader {
        /// Description of the reader.
        comment: Option<String> = "Comment",
        /// The API action: `arn:aws:states:::s3:getObject` or `arn:aws:states:::s3:listObjectsV2`.
        resource: Option<String> = "Resource",
        /// The format of the source.
        reader_config: Option<ReaderConfig> = "ReaderConfig",
        /// The action's parameters.
        parameters: Option<Json> = "Parameters" JsonPath,
        /// The action's parameters, built with expressions.
        arguments: Option<Json> = "Arguments" Jsonata,
    }
}

structure! {
    /// The format of the source of a Distributed Map.
    ReaderConfig {
        /// `CSV`, `JSON`, `JSONL`, `PARQUET` or `MANIFEST`.
        input_type: Option<String> = "InputType",
        /// `LOAD_AND_FLATTEN` reads the listed objects; `NONE` only lists them.
        transformation: Option<String> = "Transformation",
        /// `ATHENA_DATA` or `S3_INVENTORY`.
        manifest_type: Option<String> = "ManifestType",
        /// `COMMA`, `PIPE`, `SEMICOLON`, `SPACE` or `TAB`.
        csv_delimiter: Option<String> = "CSVDelimiter",
        /// `FIRST_ROW` or `GIVEN`.
        csv_header_location: Option<String> = "CSVHeaderLocation",
        /// The column names: an array of strings, or an expression.
        csv_headers: Option<Json> = "CSVHeaders",
        /// A JSON pointer to the array inside a JSON file.
        items_pointer: Option<String> = "ItemsPointer",
        /// Maximum number of items to read.
        max_items: Option<NumberOrExpression> = "MaxItems",
        /// A path to the value of `MaxItems`.
        max_items_path: Option<String> = "MaxItemsPath" JsonPath,
    }
}

structure! {
    /// How a Distributed Map groups items into batches.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html>
    ItemBatcher {
        /// Additional input of each batch.
        batch_input: Option<Json> = "BatchInput",
        /// Maximum number of items in a batch.
        max_items_per_batch: Option<NumberOrExpression> = "MaxItemsPerBatch",
        /// A path to the value of `MaxItemsPerBatch`.
        max_items_per_batch_path: Option<String> = "MaxItemsPerBatchPath" JsonPath,
        /// Maximum size of a batch in bytes.
        max_input_bytes_per_batch: Option<NumberOrExpression> = "MaxInputBytesPerBatch",
        /// A path to the value of `MaxInputBytesPerBatch`.
        max_input_bytes_per_batch_path: Option<String> = "MaxInputBytesPerBatchPath" JsonPath,
    }
}

structure! {
    /// The destination of the results of a Distributed Map.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html>
    ResultWriter {
        /// The API action: `arn:aws:states:::s3:putObject`.
        resource: Option<String> = "Resource",
        /// The format of the results.
        writer_config: Option<WriterConfig> = "WriterConfig",
        /// The action's parameters.
        parameters: Option<Json> = "Parameters" JsonPath,
        /// The action's parameters, built with expressions.
        arguments: Option<Json> = "Arguments" Jsonata,
    }
}

structure! {
    /// The format of the results of a Distributed Map.
    WriterConfig {
        /// `NONE`, `COMPACT` or `FLATTEN`.
        transformation: Option<String> = "Transformation",
        /// `JSON` or `JSONL`.
        output_type: Option<String> = "OutputType",
    }
}
