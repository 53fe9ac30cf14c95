//! The Map state.

use indexmap::IndexMap;

use crate::json::Json;

use super::structure::structure;
use super::{
    Catcher, MachineType, NumberOrExpression, PathField, ProcessorMode, QueryLanguage, Retrier,
    States, Word,
};

structure! {
    /// Runs the same states for each item of a collection; its result is the array of their outputs.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html>
    Map is "Map" {
        /// What the state is for.
        comment: Option<String> = "Comment",
        /// The query language of this state; the machine's when absent.
        query_language: Option<Word<QueryLanguage>> = "QueryLanguage",
        /// Selects the part of the input that the state works on; `null` for an empty one.
        input_path: Option<PathField> = "InputPath" JsonPath,
        /// Where the collection comes from, in a Distributed Map.
        item_reader: Option<ItemReader> = "ItemReader",
        /// A path to the collection.
        items_path: Option<String> = "ItemsPath" JsonPath,
        /// The collection: an array, an object, or an expression that gives one.
        items: Option<Json> = "Items" Jsonata,
        /// The input of each iteration, built from the item.
        item_selector: Option<Json> = "ItemSelector",
        /// The old name of `ItemSelector`.
        parameters: Option<Json> = "Parameters" JsonPath,
        /// How items are put together to batches, in a Distributed Map.
        item_batcher: Option<ItemBatcher> = "ItemBatcher",
        /// How many iterations run at once; 0 or absent for as many as the service allows.
        max_concurrency: Option<NumberOrExpression> = "MaxConcurrency",
        /// A path to it.
        max_concurrency_path: Option<String> = "MaxConcurrencyPath" JsonPath,
        /// What percentage of the items may fail.
        tolerated_failure_percentage: Option<NumberOrExpression> = "ToleratedFailurePercentage",
        /// A path to it.
        tolerated_failure_percentage_path: Option<String> = "ToleratedFailurePercentagePath" JsonPath,
        /// How many items may fail.
        tolerated_failure_count: Option<NumberOrExpression> = "ToleratedFailureCount",
        /// A path to it.
        tolerated_failure_count_path: Option<String> = "ToleratedFailureCountPath" JsonPath,
        /// The name of a Distributed Map in the names of its children.
        label: Option<String> = "Label",
        /// The states that each item goes through.
        item_processor: Option<Processor> = "ItemProcessor",
        /// The old name of `ItemProcessor`.
        iterator: Option<Processor> = "Iterator",
        /// Where the results go, in a Distributed Map.
        result_writer: Option<ResultWriter> = "ResultWriter",
        /// Reshapes the result.
        result_selector: Option<Json> = "ResultSelector" JsonPath,
        /// Where in the input the result is put; `null` drops it.
        result_path: Option<PathField> = "ResultPath" JsonPath,
        /// Selects the part of the state's data that is its output; `null` for an empty one.
        output_path: Option<PathField> = "OutputPath" JsonPath,
        /// Workflow variables by name, and their new values.
        assign: Option<IndexMap<String, Json>> = "Assign",
        /// The output, built with expressions.
        output: Option<Json> = "Output" Jsonata,
        /// What is tried again, first match first.
        retry: Vec<Retrier> = "Retry",
        /// What goes on elsewhere after an error, first match first.
        catch: Vec<Catcher> = "Catch",
        /// The name of the state that follows.
        next: Option<String> = "Next",
        /// Whether the execution, branch or iteration ends here.
        end: Option<Word<bool>> = "End",
    }
}

impl Map {
    /// The states that each item goes through, whatever name they stand under.
    pub fn processor(&self) -> Option<&Processor> {
        self.item_processor.as_ref().or(self.iterator.as_ref())
    }

    /// The same, to be changed.
    pub fn processor_mut(&mut self) -> Option<&mut Processor> {
        self.item_processor.as_mut().or(self.iterator.as_mut())
    }

    /// Whether each iteration is an execution of its own.
    pub fn is_distributed(&self) -> bool {
        self.processor()
            .and_then(|processor| processor.processor_config.as_ref())
            .and_then(|config| config.mode.as_ref()?.known())
            == Some(ProcessorMode::Distributed)
    }
}

structure! {
    /// The states that each item of a Map goes through.
    Processor {
        /// How they are run.
        processor_config: Option<ProcessorConfig> = "ProcessorConfig",
        /// What they are for.
        comment: Option<String> = "Comment",
        /// Kept when it was read; AWS refuses it here.
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
        /// Within the execution or each in one of its own.
        mode: Option<Word<ProcessorMode>> = "Mode",
        /// The type of the children of a Distributed Map.
        execution_type: Option<Word<MachineType>> = "ExecutionType",
    }
}

structure! {
    /// Where a Distributed Map reads its items.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>
    ItemReader {
        /// What the reader is for.
        comment: Option<String> = "Comment",
        /// The API action: `arn:aws:states:::s3:getObject` or `arn:aws:states:::s3:listObjectsV2`.
        resource: Option<String> = "Resource",
        /// The form of what is read.
        reader_config: Option<ReaderConfig> = "ReaderConfig",
        /// The action's parameters.
        parameters: Option<Json> = "Parameters" JsonPath,
        /// The action's parameters, built with expressions.
        arguments: Option<Json> = "Arguments" Jsonata,
    }
}

structure! {
    /// The form of what a Distributed Map reads.
    ReaderConfig {
        /// `CSV`, `JSON`, `JSONL`, `PARQUET` or `MANIFEST`.
        input_type: Option<String> = "InputType",
        /// `LOAD_AND_FLATTEN` reads the objects that a list names; `NONE` lists them.
        transformation: Option<String> = "Transformation",
        /// `ATHENA_DATA` or `S3_INVENTORY`.
        manifest_type: Option<String> = "ManifestType",
        /// `COMMA`, `PIPE`, `SEMICOLON`, `SPACE` or `TAB`.
        csv_delimiter: Option<String> = "CSVDelimiter",
        /// `FIRST_ROW` or `GIVEN`.
        csv_header_location: Option<String> = "CSVHeaderLocation",
        /// The columns' names: an array of strings, or an expression.
        csv_headers: Option<Json> = "CSVHeaders",
        /// A JSON pointer to the array inside a JSON file.
        items_pointer: Option<String> = "ItemsPointer",
        /// How many items are read at most.
        max_items: Option<NumberOrExpression> = "MaxItems",
        /// A path to it.
        max_items_path: Option<String> = "MaxItemsPath" JsonPath,
    }
}

structure! {
    /// How a Distributed Map puts items together to batches.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html>
    ItemBatcher {
        /// What is given to each batch beside its items.
        batch_input: Option<Json> = "BatchInput",
        /// How many items a batch has at most.
        max_items_per_batch: Option<NumberOrExpression> = "MaxItemsPerBatch",
        /// A path to it.
        max_items_per_batch_path: Option<String> = "MaxItemsPerBatchPath" JsonPath,
        /// How many bytes a batch has at most.
        max_input_bytes_per_batch: Option<NumberOrExpression> = "MaxInputBytesPerBatch",
        /// A path to it.
        max_input_bytes_per_batch_path: Option<String> = "MaxInputBytesPerBatchPath" JsonPath,
    }
}

structure! {
    /// Where a Distributed Map writes its results.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html>
    ResultWriter {
        /// The API action: `arn:aws:states:::s3:putObject`.
        resource: Option<String> = "Resource",
        /// The form of what is written.
        writer_config: Option<WriterConfig> = "WriterConfig",
        /// The action's parameters.
        parameters: Option<Json> = "Parameters" JsonPath,
        /// The action's parameters, built with expressions.
        arguments: Option<Json> = "Arguments" Jsonata,
    }
}

structure! {
    /// The form of what a Distributed Map writes.
    WriterConfig {
        /// `NONE`, `COMPACT` or `FLATTEN`.
        transformation: Option<String> = "Transformation",
        /// `JSON` or `JSONL`.
        output_type: Option<String> = "OutputType",
    }
}
