//! Distributed Maps.

use super::domain::*;
use stepwright::builder::{Access, AnyInput, Batches, Body, FlowBuilder};
use stepwright::prelude::*;
use stepwright::{MachineType, expr};

workflow! {
    workflow Importing(source: Source) -> MapResults {
        map Import {
            distributed express;
            label "Import";
            max_concurrency 100;
            tolerated_failures 5%;
            let stored = for row in source.rows {
                task Store { let place = store(row, source.table_name); next Said; }
                pass Said { end format!("{place} in {}", source.bucket); }
            };
            next Load;
        }
        map Load {
            distributed;
            tolerated_failures source.limit;
            reader "arn:aws:states:::s3:getObject" (input_type: CSV, csv_header_location: FIRST_ROW) { Bucket: source.bucket, Key: source.key };
            batch (max_items: 50) Target { table: source.table_name };
            writer "arn:aws:states:::s3:putObject" { Bucket: source.bucket, Prefix: format!("results of {}", stored.len()) };
            let results: MapResults = for rows: Batch<Row, Target> in reader {
                task StoreAll { store_all(rows); end; }
            };
            next Done;
        }
        succeed Done { results }
    }
}

#[test]
fn builder_and_macro_agree_on_distributed_maps() {
    let flow = FlowBuilder::<Source, MapResults>::new("Importing");
    let source = flow.parameter("source");
    let (stored, results) = (
        flow.variable::<Vec<String>>("stored"),
        flow.variable::<MapResults>("results"),
    );
    let (import, load, done) = (flow.step("Import"), flow.step("Load"), flow.step("Done"));
    flow.start_at(&import);
    let storing = Body::<Row, String>::new();
    let row = storing.item("row");
    let place = storing.variable("place");
    let (one, said) = (storing.step("Store"), storing.step("Said"));
    storing.start_at(&one);
    storing
        .task_with(
            &one,
            store {},
            expr!([row, source] || (row, source.table_name)),
        )
        .bind(&place)
        .next(&said);
    storing
        .pass(
            &said,
            expr!([place, source] |_: AnyInput| format!("{place} in {}", source.bucket)),
        )
        .end();
    flow.distributed_map(
        &import,
        expr!([source] || source.rows),
        MachineType::Express,
        storing,
    )
    .label("Import")
    .max_concurrency(100)
    .tolerated_percentage(5)
    .bind(&stored)
    .next(&load);

    let storing = Body::<Batch<Row, Target>, u32>::new();
    let rows = storing.item("rows");
    let all = storing.step("StoreAll");
    storing.start_at(&all);
    storing
        .task_with(&all, store_all {}, expr!([rows] || rows))
        .end();
    let reader = Access::new("arn:aws:states:::s3:getObject")
        .setting("InputType", "CSV")
        .setting("CSVHeaderLocation", "FIRST_ROW")
        .argument("Bucket", expr!([source] || source.bucket).untyped())
        .argument("Key", expr!([source] || source.key).untyped());
    let writer = Access::new("arn:aws:states:::s3:putObject")
        .argument("Bucket", expr!([source] || source.bucket).untyped())
        .argument(
            "Prefix",
            expr!([stored] || format!("results of {}", stored.len())).untyped(),
        );
    let batches = Batches::of_items(50).with_input(expr!(
        [source]
            || Target {
                table: source.table_name
            }
    ));
    flow.distributed_map_of_in_batches(&load, reader, batches, MachineType::Standard, storing)
        .tolerated_failures(expr!([source] || source.limit))
        .writer(writer)
        .bind(&results)
        .next(&done);
    flow.succeed_with(&done, expr!([results] || results));
    same::<Importing, _, _>(&flow.build().unwrap());
}

#[test]
fn a_body_that_reads_outer_values_must_name_its_item() {
    let flow = FlowBuilder::<Source, Vec<String>>::new("Importing");
    let source = flow.parameter("source");
    let import = flow.step("Import");
    flow.start_at(&import);
    let storing = Body::<Row, String>::new();
    let one = storing.declare("Store");
    storing.start_at(&one);
    storing
        .task_with(
            &one,
            store {},
            expr!([source] |row: Row| (row, source.table_name)),
        )
        .end();
    flow.distributed_map(
        &import,
        expr!([source] || source.rows),
        MachineType::Express,
        storing,
    )
    .end();
    let faults = flow.build().unwrap_err().to_string();
    assert!(
        faults.contains(
            "declare that state with `body.step(..)`, and read the item with `body.item(..)`"
        ),
        "{faults}"
    );
}
