//! Function workflows: their ASL, and their plain runs.

use super::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Waker};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    id: String,
    total: f64,
    vip: bool,
    items: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload, PartialEq)]
struct Receipt {
    order_id: String,
    payment: String,
    parcels: Vec<u32>,
    invoice: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "verdict")]
enum Decision {
    Approved { by: String },
    Refused { reason: String },
}

#[derive(Debug, thiserror::Error, TaskError)]
enum OrderError {
    #[error("invalid: {reason}")]
    Invalid { reason: String },
}

#[derive(Debug, thiserror::Error, TaskError)]
enum PaymentError {
    #[error("the gateway did not answer")]
    GatewayTimeout,
    #[error("declined: {reason}")]
    Declined { reason: String },
}

#[derive(Debug, thiserror::Error, TaskError)]
enum StockError {
    #[error("{sku} is out of stock")]
    OutOfStock { sku: String },
}

#[derive(Debug, thiserror::Error, TaskError)]
enum OrderFailed {
    #[error("rejected: {reason}")]
    Rejected { reason: String },
    #[error("no decision in time")]
    Expired,
    #[error("refunded")]
    Refunded,
    #[error(transparent)]
    #[task_error(transparent)]
    Payment(#[from] PaymentError),
}

#[task]
async fn validate_order(order: Order) -> Result<Order, OrderError> {
    if order.items.is_empty() {
        return Err(OrderError::Invalid {
            reason: "no items".to_owned(),
        });
    }
    Ok(order)
}

#[task]
async fn request_review(order: Order, token: String) {
    let _ = (order, token);
}

#[task]
async fn charge_card(amount: f64) -> Result<String, PaymentError> {
    Ok(format!("charge-{amount}"))
}

#[task]
async fn refund_card(payment: String) {
    let _ = payment;
}

#[task]
async fn pack_item(item: String, order: String) -> Result<u32, StockError> {
    let _ = order;
    Ok(item.len() as u32)
}

#[task]
async fn send_invoice(payment: String) -> Result<String, StockError> {
    Ok(format!("invoice of {payment}"))
}

/// Validates, charges and fulfils an order.
#[workflow(timeout = days(7), lambda_retries)]
async fn order_processing(order: Order) -> Result<Receipt, OrderFailed> {
    let checked = match validate_order(&order).await {
        Ok(checked) => checked,
        Err(OrderError::Invalid { reason }) => return Err(OrderFailed::Rejected { reason }),
    };
    #[state(Triage)]
    if checked.total > 1_000.0 && !checked.vip {
        match request_review(&checked, task_token())
            .timeout(days(3))
            .heartbeat(days(1))
            .await
        {
            Ok(Decision::Approved { .. }) => {}
            Ok(Decision::Refused { reason }) => return Err(OrderFailed::Rejected { reason }),
            Err(Failed::Timeout) => return Err(OrderFailed::Expired),
            Err(Failed::Task(never)) => match never {},
        }
    }
    let payment = match charge_card(checked.total)
        .retry(
            |e| matches!(e, PaymentError::GatewayTimeout),
            every(secs(2)).times(3).backoff(2.0),
        )
        .await
    {
        Ok(payment) => payment,
        Err(PaymentError::Declined { reason }) => return Err(OrderFailed::Rejected { reason }),
        Err(e) => return Err(e.into()),
    };
    match try_join!(
        map(&checked.items, async |item| pack_item(item, &checked.id)
            .await)
        .concurrency(10),
        send_invoice(&payment)
    )
    .named("Fulfil")
    .await
    {
        Ok((parcels, invoice)) => Ok(Receipt {
            order_id: checked.id,
            payment,
            parcels,
            invoice,
        }),
        Err(_) => {
            refund_card(&payment).await;
            Err(OrderFailed::Refunded)
        }
    }
}

fn order(total: f64) -> Order {
    Order {
        id: "o-1".to_owned(),
        total,
        vip: false,
        items: vec!["ab".to_owned(), "abc".to_owned()],
    }
}

#[test]
fn the_order_has_the_states_of_its_control_flow() {
    let definition = OrderProcessing::definition();
    let text = definition.to_json_pretty();
    assert!(text.contains("\"StartAt\": \"ValidateOrder\""), "{text}");
}

#[test]
fn the_order_runs_as_plain_rust() {
    let run = PlainRun::new();
    let receipt = run.block_on(order_processing(order(10.0))).unwrap();
    assert_eq!(receipt.parcels, [2, 3]);
    assert_eq!(receipt.invoice, "invoice of charge-10");
    let names: Vec<_> = run.calls().iter().map(|call| call.function).collect();
    assert_eq!(
        names,
        [
            "validate_order",
            "charge_card",
            "pack_item",
            "pack_item",
            "send_invoice"
        ]
    );
    let failure = PlainRun::new()
        .answer::<request_review, _>(|(_, _)| {
            Some(Decision::Refused {
                reason: "no".to_owned(),
            })
        })
        .block_on(order_processing(order(2_000.0)))
        .unwrap_err();
    assert_eq!(failure.error, "OrderFailed.Rejected");
    let late = PlainRun::new();
    let failure = late.block_on(order_processing(order(2_000.0))).unwrap_err();
    assert_eq!(failure.error, "OrderFailed.Expired");
    assert_eq!(late.elapsed(), days(1));
    let failure = PlainRun::new()
        .fail::<pack_item>("Lambda.Unknown", "")
        .block_on(order_processing(order(10.0)))
        .unwrap_err();
    assert_eq!(failure.error, "OrderFailed.Refunded");
    let busy = PlainRun::new().mock::<charge_card>(|_| Err(PaymentError::GatewayTimeout));
    let failure = busy.block_on(order_processing(order(10.0))).unwrap_err();
    assert_eq!(failure.error, "PaymentError.GatewayTimeout");
    assert_eq!(busy.elapsed(), secs(2 + 4 + 8));
}

mod other {
    use super::*;

    #[task]
    pub(super) async fn refund_card(payment: String) -> String {
        payment
    }
}

#[workflow]
async fn pack_in_turn(items: Vec<String>) -> Result<Vec<u32>, StockError> {
    map(&items, async |item| {
        sleep(secs(10)).await;
        pack_item(item, "o-1".to_owned()).await
    })
    .concurrency(2)
    .await
}

#[test]
fn a_map_with_a_limit_runs_every_item() {
    let items = ["a", "ab", "abc", "b", "bc"].map(str::to_owned).to_vec();
    let run = PlainRun::new();
    let packed = run.block_on(pack_in_turn(items)).unwrap();
    assert_eq!(packed, [1, 2, 3, 1, 2]);
    assert_eq!(run.elapsed(), secs(30));
}

#[workflow]
async fn refund_twice(payment: String) -> String {
    refund_card(&payment).await;
    other::refund_card(&payment).named("RefundElsewhere").await
}

#[test]
fn a_mock_is_for_one_task_of_several_with_one_name() {
    let run = PlainRun::new().mock::<other::refund_card>(|_| Ok("mocked".to_owned()));
    assert_eq!(
        run.block_on(refund_twice("p-1".to_owned())).unwrap(),
        "mocked"
    );
}

#[task]
async fn request_approval(order: String, token: String) {
    let _ = (order, token);
}

#[workflow]
async fn ask_twice(order: Order) -> u32 {
    let first: u32 = match request_review(&order, task_token()).timeout(mins(1)).await {
        Ok(count) => count,
        Err(_) => {
            refund_card(&order.id).await;
            1
        }
    };
    let second: u32 = request_approval(&order.id, task_token()).await;
    first + second
}

#[test]
fn a_run_that_cannot_continue_names_the_call_that_waits() {
    let failure = PlainRun::new().block_on(ask_twice(order(1.0))).unwrap_err();
    assert!(
        failure
            .cause
            .contains("PlainRun::answer::<request_approval, _>"),
        "{failure}"
    );
}

#[workflow]
async fn charge_safely(amount: f64) -> Result<String, OrderFailed> {
    match charge_card(amount)
        .retry(|_| true, every(secs(1)).times(2))
        .await
    {
        Ok(payment) => Ok(payment),
        Err(_) => Err(OrderFailed::Expired),
    }
}

#[test]
fn an_arm_for_every_failure_does_not_catch_states_runtime() {
    let run = PlainRun::new().fail::<charge_card>("States.Runtime", "");
    let failure = run.block_on(charge_safely(1.0)).unwrap_err();
    assert_eq!(
        (failure.error.as_str(), run.calls().len()),
        ("States.Runtime", 1)
    );
    let run = PlainRun::new().fail::<charge_card>("Lambda.Unknown", "");
    let failure = run.block_on(charge_safely(1.0)).unwrap_err();
    assert_eq!(
        (failure.error.as_str(), run.calls().len()),
        ("OrderFailed.Expired", 3)
    );
}

/// Fulfils one order by another workflow.
#[workflow]
async fn nested_order(order: Order) -> Result<Receipt, OrderFailed> {
    order_processing(order).await
}

#[test]
fn an_error_of_a_nested_workflow_keeps_its_name() {
    let text = NestedOrder::definition().to_json();
    assert!(text.contains("OrderProcessingNotCaught"), "{text}");
    let failure = PlainRun::new()
        .mock::<charge_card>(|_| Err(PaymentError::GatewayTimeout))
        .block_on(nested_order(order(10.0)))
        .unwrap_err();
    assert_eq!(failure.error, "PaymentError.GatewayTimeout");
}

#[workflow(timeout = days(1), lambda_retries)]
async fn slow_refund(payment: String) -> () {
    sleep(hours(23)).await;
    refund_card(payment).await;
}

#[test]
fn a_plain_run_has_the_timeout_and_the_retries_of_the_workflow() {
    let run = PlainRun::new().fail::<refund_card>("Lambda.ServiceException", "");
    let failure = run.block_on(slow_refund("p".to_owned())).unwrap_err();
    assert_eq!(
        (&*failure.error, run.calls().len()),
        ("Lambda.ServiceException", 7)
    );
    let late = PlainRun::new().fail::<refund_card>("Lambda.ServiceException", "");
    let failure = late.block_on(waits_too_long("p".to_owned())).unwrap_err();
    assert_eq!(
        (&*failure.error, late.elapsed()),
        ("States.Timeout", hours(1))
    );
}

#[workflow(timeout = hours(1))]
async fn waits_too_long(payment: String) -> () {
    sleep(hours(2)).await;
    refund_card(payment).await;
}

#[workflow]
async fn invoice_of_first(items: Vec<String>) -> Result<String, StockError> {
    match try_join!(send_invoice(&items[0])).await {
        Ok((invoice,)) => Ok(invoice),
        Err(_) => Ok("none".to_owned()),
    }
}

#[workflow]
async fn first_item(items: Vec<String>) -> String {
    sleep(secs(1)).await;
    items[0].clone()
}

#[test]
fn a_failed_expression_has_the_error_of_the_engine() {
    // The argument is part of the branch, and the arm of the `match` catches its failure.
    let caught = PlainRun::new().block_on(invoice_of_first(Vec::new()));
    assert_eq!(caught.unwrap(), "none");
    let failure = PlainRun::new()
        .block_on(first_item(Vec::new()))
        .unwrap_err();
    assert_eq!(failure.error, "States.QueryEvaluationError");
}

/// Publishes to a topic of the deployment.
#[workflow]
async fn notification(text: String) -> String {
    pack_note(format!("{text} in {}", placeholder!("Stage"))).await
}

#[task]
async fn pack_note(text: String) -> String {
    text
}

#[test]
fn a_placeholder_is_filled_in_by_the_deployment() {
    let definition = Notification::definition();
    let names: Vec<_> = definition
        .placeholders()
        .iter()
        .map(|placeholder| placeholder.name().to_owned())
        .collect();
    assert!(names.contains(&"Stage".to_owned()), "{names:?}");
    let text = PlainRun::new().block_on(notification("late".to_owned()));
    assert_eq!(text.unwrap(), "late in ${Stage}");
}

#[workflow]
async fn describe(amount: f64) -> Result<String, OrderFailed> {
    if amount < 0.0 {
        return Err(PaymentError::GatewayTimeout.into());
    }
    Ok(format!("paid: {}", charge_card(amount).await?))
}

#[test]
fn a_call_may_be_part_of_a_text_and_an_error_may_be_converted() {
    let run = PlainRun::new();
    assert_eq!(run.block_on(describe(2.0)).unwrap(), "paid: charge-2");
    let failure = run.block_on(describe(-2.0)).unwrap_err();
    assert_eq!(failure.error, "PaymentError.GatewayTimeout");
    let asl = Describe::definition().to_json();
    assert!(
        asl.contains(r#""Error":"PaymentError.GatewayTimeout""#),
        "{asl}"
    );
}

#[workflow(express)]
async fn quick_charge(amount: f64) -> Result<String, PaymentError> {
    charge_card(amount).await
}

#[workflow]
async fn calls_express(amount: f64) -> Result<String, PaymentError> {
    quick_charge(amount).await
}

#[test]
fn an_express_workflow_with_errors_is_not_called() {
    let invalid = CallsExpress::build().unwrap_err().to_string();
    assert!(
        invalid.contains("`QuickCharge` is an Express workflow"),
        "{invalid}"
    );
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Page {
    items: Vec<String>,
    next: Option<String>,
}

#[task]
async fn list_page(token: Option<String>) -> Page {
    Page {
        items: vec![format!("a{}", token.unwrap_or_default())],
        next: None,
    }
}

#[workflow(allow(unbounded_loop))]
async fn all_pages(first: Option<String>) -> Vec<String> {
    let mut token = first;
    let mut all = Vec::new();
    let mut text = String::new();
    loop {
        let page = list_page(token.clone()).await;
        all.extend(page.items.clone());
        for item in &page.items {
            all.push(item.clone());
            text.push_str("+ ");
            text.push('!');
        }
        match page.next {
            Some(next) => token = Some(next),
            None => break,
        }
    }
    all.push(text);
    all
}

#[test]
fn a_list_grows_in_place() {
    let asl = AllPages::definition().to_json_pretty();
    assert!(asl.contains("$append"), "{asl}");
    let run = PlainRun::new();
    assert_eq!(run.block_on(all_pages(None)).unwrap(), ["a", "a", "+ !"]);
}

#[workflow]
async fn checked(count: u32) -> u32 {
    assert!(count > 0);
    #[state(Even)]
    debug_assert_eq!(count % 2, 0);
    #[state(Allowed)]
    assert_ne!(count, 4, "{count} is refused");
    if count > 10 {
        todo!();
    }
    count
}

#[test]
fn assertions_have_one_text_in_both_forms() {
    let asl = Checked::definition().to_json();
    for (count, text) in [
        (0, "assertion failed: count > 0"),
        (3, "assertion failed: count % 2 == 0"),
        (4, "4 is refused"),
        (12, "not yet implemented"),
    ] {
        let failure = PlainRun::new().block_on(checked(count)).unwrap_err();
        assert_eq!(
            (&*failure.error, &*failure.cause),
            ("Stepwright.WorkflowPanicked", text)
        );
        let text = text.trim_start_matches("4");
        assert!(asl.contains(text), "{asl}");
    }
    assert_eq!(PlainRun::new().block_on(checked(2)).unwrap(), 2);
}

/// A value whose end a test observes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Observed {
    name: String,
}

static ENDS: Mutex<Vec<Sender<String>>> = Mutex::new(Vec::new());

/// The names of the values that are dropped from now on.
fn ends() -> Receiver<String> {
    let (sender, receiver) = channel();
    ENDS.lock().unwrap().push(sender);
    receiver
}

impl Drop for Observed {
    fn drop(&mut self) {
        for sender in &*ENDS.lock().unwrap() {
            let _ = sender.send(self.name.clone());
        }
    }
}

/// Waits until a value with this name was dropped.
fn wait_for_end(ends: &Receiver<String>, name: &str) {
    while ends.recv().unwrap() != name {}
}

#[task]
async fn wait_forever(name: String) -> String {
    std::future::pending::<()>().await;
    name
}

#[workflow]
async fn hold(value: Observed) -> String {
    wait_forever(value.name.clone()).await
}

#[test]
fn the_code_of_a_dropped_run_ends() {
    let ends = ends();
    let run = PlainRun::new();
    let value = Observed {
        name: "dropped run".to_owned(),
    };
    let mut running = Box::pin(run.run(hold(value)));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(running.as_mut().poll(&mut cx).is_pending());
    assert_eq!(run.calls().len(), 1);
    drop(running);
    wait_for_end(&ends, "dropped run");
}

#[derive(Debug, thiserror::Error, TaskError)]
enum Late {
    #[error("too late")]
    Expired,
}

#[task]
async fn expire(after: String) -> Result<String, Late> {
    match after.as_str() {
        "never" => Ok(after),
        _ => Err(Late::Expired),
    }
}

#[workflow]
async fn join_and_map(names: Vec<String>) -> Result<Vec<String>, Late> {
    let joined = try_join!(
        map(&names, async |name| {
            let parts = try_join!(
                async {
                    sleep(secs(5)).await;
                    expire(name.clone()).await
                },
                async {
                    let held = Observed { name: name.clone() };
                    #[state(HoldForAnHour)]
                    sleep(hours(1)).await;
                    Ok(held.name.clone())
                }
            )
            .named("Parts")
            .await?;
            Ok(parts.1)
        }),
        async {
            #[state(Second)]
            sleep(secs(1)).await;
            Ok("second".to_owned())
        }
    )
    .await?;
    Ok(joined.0)
}

#[test]
fn an_error_ends_all_branches_around_it() {
    let ends = ends();
    let run = PlainRun::new();
    let names = ["never", "soon"].map(str::to_owned).to_vec();
    let failure = run.block_on(join_and_map(names)).unwrap_err();
    assert_eq!((&*failure.error, run.elapsed()), ("Late.Expired", secs(5)));
    wait_for_end(&ends, "soon");
    let run = PlainRun::new();
    let names = vec!["never".to_owned(); 3];
    assert_eq!(run.block_on(join_and_map(names.clone())).unwrap(), names);
    assert_eq!(run.elapsed(), hours(1));
}

#[workflow]
async fn pack_many(items: Vec<String>) -> Vec<String> {
    map_distributed(&items, async |item| {
        sleep(secs(1)).await;
        expire(item).await
    })
    .tolerate(1)
    .await
}

#[test]
fn a_map_has_more_items_than_threads() {
    let mut items = vec!["never".to_owned(); 2_500];
    items[1] = "soon".to_owned();
    let run = PlainRun::new();
    let results = run.block_on(pack_many(items)).unwrap();
    assert_eq!((results.len(), run.elapsed()), (2_499, secs(3)));
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Import {
    bucket: String,
    key: String,
    prefix: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Row {
    sku: String,
    price: String,
}

#[task]
async fn price_of(row: Row) -> Result<f64, StockError> {
    row.price
        .parse()
        .map_err(|_| StockError::OutOfStock { sku: row.sku })
}

#[workflow]
async fn import_prices(import: Import) -> Result<MapResults, OrderFailed> {
    let prices = map_distributed(
        csv_items(&import.bucket, &import.key)
            .headers(["sku", "price"])
            .delimiter(CsvDelimiter::Semicolon)
            .max_items(2),
        async |row: Row| price_of(row).retry(|_| true, every(secs(1))).await,
    )
    .tolerate(1)
    .write_results(&import.bucket, format!("{}/prices", import.prefix))
    .named("Prices")
    .await;
    let objects = map_distributed(
        object_items(&prices.manifest.bucket, "prices/"),
        async |object: S3Object| object.size,
    )
    .await;
    if objects.len() > 100 {
        return Err(OrderFailed::Expired);
    }
    Ok(prices)
}

fn import() -> Import {
    Import {
        bucket: "b".to_owned(),
        key: "prices.csv".to_owned(),
        prefix: "out".to_owned(),
    }
}

#[test]
fn a_distributed_map_reads_items_from_s3() {
    let asl = ImportPrices::definition().to_json();
    for part in [
        r#""ReaderConfig":{"InputType":"CSV","CSVDelimiter":"SEMICOLON","CSVHeaderLocation":"GIVEN","CSVHeaders":["sku","price"],"MaxItems":2}"#,
        r#""Arguments":{"Bucket":"{% $states.context.Execution.Input.bucket %}","Key":"{% $states.context.Execution.Input.key %}"}"#,
        r#""ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","#,
        r#""Resource":"arn:aws:states:::s3:listObjectsV2","Arguments":{"Bucket":"#,
        r#""Prefix":"prices/""#,
    ] {
        assert!(asl.contains(part), "{part}\n{asl}");
    }
}

#[test]
fn a_plain_run_has_the_items_that_the_test_sets() {
    let object = S3Object {
        etag: "\"e\"".to_owned(),
        key: "prices/1".to_owned(),
        last_modified: 1,
        size: 3,
        storage_class: "STANDARD".to_owned(),
    };
    // Numbers of a CSV file are text, and only two of the three rows are read.
    let rows = serde_json::json!([{"sku": "a", "price": 2.5}, {"sku": "b", "price": ""}, {}]);
    let run = PlainRun::new()
        .items("b", "prices.csv", rows.as_array().unwrap())
        .items("b", "prices/", &[object]);
    let results = run.block_on(import_prices(import())).unwrap();
    assert_eq!(results.manifest.key, "out/prices/manifest.json");
    assert_eq!(run.calls()[0].input["price"], "2.5");
    let failure = PlainRun::new()
        .block_on(import_prices(import()))
        .unwrap_err();
    assert_eq!(failure.error, "States.ItemReaderFailed");
    assert!(
        failure
            .cause
            .contains("PlainRun::items(\"b\", \"prices.csv\", ..)")
    );
}

fn panic_of(assertion: impl FnOnce()) -> String {
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(assertion)).unwrap_err();
    crate::task::panic_message(payload)
}

#[test]
fn a_failure_of_a_plain_run_is_asserted_by_value_name_and_message() {
    let rejected = |reason: &str| OrderFailed::Rejected {
        reason: reason.to_owned(),
    };
    let failure = PlainFailure {
        error: "OrderFailed.Rejected".to_owned(),
        cause: TaskError::cause(&rejected("no stock")),
    };
    failure
        .failed_with(rejected("no stock"))
        .failed_with("OrderFailed.Rejected")
        .message("rejected: no stock");
    let said = panic_of(|| {
        failure.failed_with(rejected("too old"));
    });
    assert!(said.starts_with("the fields of the error differ"), "{said}");
    let said = panic_of(|| {
        failure.failed_with(OrderFailed::Expired);
    });
    assert!(
        said.starts_with("the error is not `OrderFailed.Expired`"),
        "{said}"
    );
    let said = panic_of(|| {
        failure.failed_with("States.Timeout");
    });
    assert!(
        said.starts_with("the error is not `States.Timeout`"),
        "{said}"
    );
    let said = panic_of(|| {
        failure.message("rejected: too old");
    });
    assert!(
        said.starts_with("the message of the error differs"),
        "{said}"
    );
    let text = PlainFailure {
        error: "Lambda.Unknown".to_owned(),
        cause: "it ended".to_owned(),
    };
    text.failed_with("Lambda.Unknown").message("it ended");
}

#[task]
async fn rate_of(currency: String) -> f64;
#[task]
async fn rate_of_bank(currency: String) -> Result<f64, StockError>;

#[workflow]
async fn both_rates(currency: String) -> Result<f64, StockError> {
    let first = rate_of(currency.clone()).await;
    Ok(first + rate_of_bank(currency).await?)
}

#[test]
fn a_mock_returns_the_value_of_a_task_that_may_fail_or_not() {
    let run = PlainRun::new()
        .returns::<rate_of>(1.5)
        .returns::<rate_of_bank>(2.0);
    let both = run.block_on(both_rates("EUR".to_owned())).unwrap();
    assert!((both - 3.5).abs() < f64::EPSILON);
}
