//! Distributed Maps.

use super::Answer::{Never, PartOf, Rustc, Says};
use super::Row;
use super::domain::*;
use stepwright::builder::{
    Access, Batches, Body, Fallible, FlowBuilder, InMap, States, StepHandle,
};
use stepwright::{Batch, MachineType, WorkflowDiagnostic, errors, expr};

type Open<'b> = Fallible<'b, Vec<String>, Vec<u32>, InMap, Vec<u32>>;

/// A Distributed Map over a list.
pub(super) fn over(add: impl FnOnce(Open<'_>, &StepHandle)) -> Vec<WorkflowDiagnostic> {
    let flow = FlowBuilder::<Vec<String>, Vec<u32>>::new("Orders");
    let (all, failed) = (flow.declare("All"), flow.step("Failed"));
    flow.start_at(&all);
    let items = expr!(|all: Vec<String>| all);
    add(
        flow.distributed_map(&all, items, MachineType::Standard, looking_up()),
        &failed,
    );
    flow.fail(&failed, "Failed", ());
    faults(&flow)
}

/// A Distributed Map with a reader.
fn reading(set: impl FnOnce(Access<String>) -> Access<String>) -> Vec<WorkflowDiagnostic> {
    let flow = FlowBuilder::<String, Vec<u32>>::new("Orders");
    let all = flow.declare("All");
    flow.start_at(&all);
    let reader = Access::new("arn:aws:states:::s3:getObject")
        .argument("Bucket", expr!(|bucket: String| bucket).untyped())
        .argument("Key", expr!(|_: String| "rows.csv").untyped());
    flow.distributed_map_of(&all, set(reader), MachineType::Standard, looking_up())
        .end();
    faults(&flow)
}

/// A Distributed Map with batches.
fn batching(batches: Batches<Vec<String>>) -> Vec<WorkflowDiagnostic> {
    let flow = FlowBuilder::<Vec<String>, Vec<u32>>::new("Orders");
    let all = flow.declare("All");
    flow.start_at(&all);
    let body = Body::<Batch<String>, u32>::new();
    let one = body.declare("One");
    body.start_at(&one);
    body.pass(&one, expr!(|_: Batch<String>| 1)).end();
    let items = expr!(|all: Vec<String>| all);
    flow.distributed_map_in_batches(&all, items, batches, MachineType::Standard, body)
        .end();
    faults(&flow)
}

/// A Distributed Map with a writer.
fn writing(
    set: impl FnOnce(Access<Vec<String>>) -> Access<Vec<String>>,
) -> Vec<WorkflowDiagnostic> {
    let flow = FlowBuilder::<Vec<String>, stepwright::MapResults>::new("Orders");
    let all = flow.declare("All");
    flow.start_at(&all);
    let writer = Access::new("arn:aws:states:::s3:putObject")
        .argument("Bucket", expr!(|_: Vec<String>| "results").untyped())
        .argument("Prefix", expr!(|_: Vec<String>| "all").untyped());
    let items = expr!(|all: Vec<String>| all);
    flow.distributed_map(&all, items, MachineType::Standard, looking_up())
        .writer(set(writer))
        .end();
    faults(&flow)
}

pub(crate) const SETTINGS: &[Row] = &[
    (
        ".. is given twice",
        Says(
            || {
                reading(|one| {
                    one.setting("InputType", "JSON")
                        .setting("InputType", "JSONL")
                })
            },
            "in state `All`: `.setting(\"InputType\", ..)` is given twice",
        ),
    ),
    (
        ".. has no setting `..`",
        Says(
            || reading(|one| one.setting("InputTyp", "JSON")),
            "in state `All`: `ReaderConfig` has no setting `InputTyp`; did you mean `InputType`?",
        ),
    ),
    (
        ".. is one of `..`",
        Says(
            || reading(|one| one.setting("InputType", "JSONN")),
            "in state `All`: `.setting(\"InputType\", ..)` is one of `MANIFEST`, `JSON`, `CSV`, `JSONL`, `PARQUET`; did you mean `JSON`?",
        ),
    ),
    (
        ".. is a whole number from .. to ..",
        Says(
            || batching(Batches::of_bytes(300_000)),
            "in state `All`: `MaxInputBytesPerBatch` of `Batches` is a whole number from 1 to 262144",
        ),
    ),
    (
        ".. is a whole number of at least ..",
        Says(
            || batching(Batches::of_items(0)),
            "in state `All`: `MaxItemsPerBatch` of `Batches` is a whole number of at least 1",
        ),
    ),
    (
        ".. is a text",
        Says(
            || reading(|one| one.setting("InputType", "JSON").setting("ItemsPointer", 1)),
            "in state `All`: `.setting(\"ItemsPointer\", ..)` is a text",
        ),
    ),
    (
        ".. also needs ..",
        Says(
            || writing(|one| one.setting("Transformation", "COMPACT")),
            "in state `All`: `.setting(\"Transformation\", ..)` also needs `.setting(\"OutputType\", ..)`",
        ),
    ),
    (
        "the headers are missing",
        Says(
            || {
                reading(|one| {
                    one.setting("InputType", "CSV")
                        .setting("CSVHeaderLocation", "GIVEN")
                })
            },
            "in state `All`: the headers are missing; list them with `.setting(\"CSVHeaders\", vec![\"id\", \"name\"])`",
        ),
    ),
    (
        "headers are listed, but their location is not `GIVEN`",
        Says(
            || {
                reading(|one| {
                    one.setting("InputType", "CSV")
                        .setting("CSVHeaderLocation", "FIRST_ROW")
                        .setting("CSVHeaders", vec!["id"])
                })
            },
            "in state `All`: headers are listed, but their location is not `GIVEN`; add `.setting(\"CSVHeaderLocation\", \"GIVEN\")`",
        ),
    ),
    (
        ".. is a list of texts",
        Says(
            || {
                reading(|one| {
                    one.setting("InputType", "CSV")
                        .setting("CSVHeaderLocation", "GIVEN")
                        .setting("CSVHeaders", "id")
                })
            },
            "in state `All`: `.setting(\"CSVHeaders\", ..)` is a list of texts",
        ),
    ),
    (
        "the settings are `..`",
        Says(
            || writing(|one| one.setting("Format", "JSON")),
            "in state `All`: `WriterConfig` has no setting `Format`; the settings are `Transformation`, `OutputType`",
        ),
    ),
    ("list them with `..`", PartOf("the headers are missing")),
];

pub(crate) const DISTRIBUTED: &[Row] = &[
    (
        "`map_distributed` never fails with the error of an item: write `Err(_)`, or handle this error inside of the map",
        Never("it is the form of the message for functions, and the builder has its own form"),
    ),
    (
        "`..` belongs to a Distributed Map: write `distributed;` in this map as well",
        Says(
            || {
                let flow = FlowBuilder::<Vec<String>, Vec<u32>>::new("Orders");
                let all = flow.declare("All");
                flow.start_at(&all);
                flow.map(&all, expr!(|all: Vec<String>| all), looking_up())
                    .tolerated_failures(3)
                    .end();
                faults(&flow)
            },
            "in state `All`: `.tolerated_failures(..)` belongs to a Distributed Map: make this map with `distributed_map(..)`, or remove the call",
        ),
    ),
    (
        "`in reader` belongs to a Distributed Map: write `distributed;` and a `reader \"arn\" { .. };` in this map, or name a list of the workflow",
        Rustc("`map` takes a list"),
    ),
    (
        "`..` must be 0 or more",
        Rustc("`.tolerated_failures(..)` takes a `u32`"),
    ),
    (
        "a percentage must be a number from 0 to 100",
        Says(
            || {
                over(|map, failed| {
                    map.tolerated_percentage(101)
                        .catch(States::ALL, failed)
                        .end()
                })
            },
            "in state `All`: `.tolerated_percentage(..)` must be from 0 to 100; this is 101",
        ),
    ),
    (
        "a batch needs a limit: `batch (max_items: 50);` or `batch (max_input_bytes: 100_000);`",
        Rustc(
            "`Batches::of_items(..)` and `Batches::of_bytes(..)` are the only ways to make batches",
        ),
    ),
    (
        "`..` runs over a list, so this reader is never used: write `for ..: Type in reader`, or remove the reader",
        Rustc("`distributed_map` takes a list, `distributed_map_of` a reader"),
    ),
    (
        "this map has no reader: add `reader \"arn:aws:states:::s3:getObject\" { Bucket: .., Key: .. };`",
        Rustc("`distributed_map_of` takes a reader"),
    ),
    (
        "the items of a reader need a type: write `for ..: Type in reader`",
        Rustc("the body declares the type"),
    ),
    (
        "this map has no batches, but its item is a `Batch`: write `batch (max_items: 50);`, or use the type of one item",
        Says(
            || {
                let flow = FlowBuilder::<String, Vec<u32>>::new("Orders");
                let all = flow.declare("All");
                flow.start_at(&all);
                let body = Body::<Batch<String>, u32>::new();
                let one = body.declare("One");
                body.start_at(&one);
                body.pass(&one, expr!(|_: Batch<String>| 1)).end();
                let reader = Access::new("arn:aws:states:::s3:getObject")
                    .setting("InputType", "JSON")
                    .argument("Bucket", expr!(|bucket: String| bucket).untyped())
                    .argument("Key", expr!(|_: String| "rows.json").untyped());
                flow.distributed_map_of(&all, reader, MachineType::Standard, body)
                    .end();
                faults(&flow)
            },
            "in state `All`: this map has no batches, but its item is a `Batch`: call `distributed_map_of_in_batches`, or use the type of one item",
        ),
    ),
    (
        "a Distributed Map never fails with the error of an item, so `catch { .. }` has no errors to name: write `catch States::ExceedToleratedFailureThreshold => State;`",
        Says(
            || over(|map, failed| map.catch(States::ALL, failed).exhaustive().end()),
            "in state `All`: a Distributed Map never fails with the error of an item, so `.exhaustive()` has no errors to check: remove it, and catch `States::EXCEED_TOLERATED_FAILURE_THRESHOLD`",
        ),
    ),
    (
        "a Distributed Map never fails with the error of an item: name `States::ExceedToleratedFailureThreshold`, or catch this error inside the map",
        Says(
            || over(|map, failed| map.catch(errors!(PaymentError::Busy), failed).end()),
            "in state `All`: a Distributed Map never fails with the error of an item: name `States::EXCEED_TOLERATED_FAILURE_THRESHOLD` in this `.catch(..)`, or catch the error inside the map",
        ),
    ),
];
