use super::super::domain::same;
use super::{known, read};
use stepwright::builder::{
    Access, AnyInput, Batches, Body, Expression, FlowBuilder, Retry, States,
};
use stepwright::prelude::*;
use stepwright::{MachineType, errors, expr};
use stepwright_examples::patterns::etl_distributed_map::{
    ImportReport, LoadError, Loaded, Reading, ReadingsImport, Target, Upload, load_readings,
    summarize,
};

#[test]
fn builder_and_macro_agree_on_etl_distributed_map() {
    let flow = FlowBuilder::<Upload, ImportReport>::new("ReadingsImport")
        .comment("Imports a file of readings.")
        .timeout(6 * 60 * 60)
        .lambda_retries();
    let upload = flow.parameter("upload");
    let (results, report) = (
        flow.variable::<MapResults>("results"),
        flow.variable::<ImportReport>("report"),
    );
    let error = flow.variable::<ErrorOutput>("error");
    let (load, sum, announce) = (
        flow.step("LoadBatches"),
        flow.step("Summarize"),
        flow.step("Announce"),
    );
    let (done, unreadable) = (flow.step("Done"), flow.step("Unreadable"));
    let too_many = flow.step("TooManyFailed");
    flow.start_at(&load);

    let body = Body::<Batch<Reading, Target>, Loaded>::new();
    let batch = body.item("batch");
    let one = body.step("LoadBatch");
    body.start_at(&one);
    body.task_with(&one, load_readings {}, expr!([batch] || batch))
        .retry(
            Retry::on(errors!(LoadError::Throttled))
                .interval(1)
                .max_attempts(5)
                .backoff_rate(2.0)
                .full_jitter(),
        )
        .end();
    let reader = Access::new("arn:aws:states:::s3:getObject")
        .setting("InputType", "CSV")
        .setting("CSVHeaderLocation", "FIRST_ROW")
        .argument("Bucket", read!([upload] upload.bucket))
        .argument("Key", read!([upload] upload.key));
    let writer = Access::new("arn:aws:states:::s3:putObject")
        .argument("Bucket", read!([] placeholder!("ResultsBucket")))
        .argument("Prefix", read!([upload] format!("imports/{}", upload.key)));
    let batches = Batches::of_items(100).with_input(expr!(
        [upload]
            || Target {
                table: upload.table
            }
    ));
    flow.distributed_map_of_in_batches(&load, reader, batches, MachineType::Express, body)
        .comment("Express children: a batch takes seconds, and a million lines are ten thousand of them.")
        .label("LoadBatches")
        .max_concurrency(200)
        .tolerated_percentage(2)
        .writer(writer)
        .bind(&results)
        .catch(States::ITEM_READER_FAILED, unreadable.binding(&error))
        .catch(States::EXCEED_TOLERATED_FAILURE_THRESHOLD, &too_many)
        .next(&sum);
    flow.task_with(
        &sum,
        summarize {},
        expr!([results] || (results.manifest.bucket, results.manifest.key)),
    )
    .bind(&report)
    .next(&announce);
    let detail = [
        ("key", read!([upload] upload.key)),
        ("rows", read!([report] report.rows)),
        ("skipped", read!([report] report.skipped)),
    ];
    let entry = Expression::object([
        ("Source", known("readings.import")),
        ("DetailType", known("ReadingsImported")),
        ("EventBusName", read!([] placeholder!("EventBusName"))),
        ("Detail", Expression::object(detail)),
    ]);
    flow.service::<_, AnyInput, _>(
        &announce,
        "arn:aws:states:::events:putEvents",
        [("Entries", Expression::array([entry]))],
    )
    .comment("Systems that use the import are notified through the event bus.")
    .next(&done);
    flow.succeed_with(&done, expr!([report] || report));
    flow.fail(
        &unreadable,
        "Unreadable",
        expr!([error] || error.cause.unwrap_or("no cause was given".to_string())),
    );
    flow.fail(
        &too_many,
        "TooManyFailed",
        expr!([upload] || format!("more than 2% of the batches of {} failed", upload.key)),
    );
    same::<ReadingsImport, _, _>(&flow.build().unwrap());
}
