//! Every form of `#[workflow]` in the table of `docs/reference/function.md` compiles, and has a definition.

#![deny(warnings)]

use stepwright::function::*;
use stepwright::functions;
use stepwright_compile_fail::{
    Charge, Decision, Item, Order, OrderError, OrderFailed, Parcel, PaymentError, charge_card,
    pack_item, refund, request_review, validate_order,
};

const LIMIT: f64 = 1_000.0;

#[task]
async fn price(item: Item) -> Result<f64, OrderError> {
    Ok(f64::from(item.quantity))
}

#[task]
async fn next_page(cursor: Option<String>) -> Result<Vec<Item>, OrderError> {
    let _ = cursor;
    Ok(Vec::new())
}

#[task]
async fn find_vip(id: String) -> Option<Order> {
    let _ = id;
    None
}

/// A call, `.await?`, and an error that keeps its name.
#[workflow]
async fn question_marks(order: Order) -> Result<Charge, OrderFailed> {
    let checked = validate_order(&order).await?;
    match charge_card(&checked).await {
        Ok(charge) => Ok(charge),
        Err(PaymentError::Declined { reason }) => Err(OrderFailed::Rejected { reason }),
        Err(_) => Err(OrderFailed::Refunded),
    }
}

/// The error of the task is that of the workflow.
#[workflow]
async fn passes_on(order: Order) -> Result<Charge, PaymentError> {
    match charge_card(order).await {
        Ok(charge) => Ok(charge),
        Err(e) => Err(e),
    }
}

/// `Err(e)` with code before it passes the error on.
#[workflow]
async fn undoes(order: Order) -> Result<Charge, OrderFailed> {
    let checked = match validate_order(&order).await {
        Ok(checked) => checked,
        Err(e) => {
            println!("undo {e}");
            refund(Charge { id: order.id }).await;
            return Err(e.into());
        }
    };
    Ok(Charge { id: checked.id })
}

/// A variant without its fields, two variants in one arm, and an `Ok` pattern that becomes a Choice.
#[workflow]
async fn arms(order: Order) -> Result<String, OrderFailed> {
    match charge_card(&order).await {
        Ok(charge) if charge.id.is_empty() => Err(OrderFailed::Refunded),
        Ok(Charge { id }) => Ok(id),
        Err(PaymentError::Declined { .. } | PaymentError::GatewayTimeout) => {
            Err(OrderFailed::Refunded)
        }
    }
}

/// Pure `let`s and assignments.
#[workflow]
async fn assignments(order: Order) -> f64 {
    let fee = 5.0;
    let mut total = order.total;
    total += fee;
    #[state(Double)]
    total *= 2.0;
    if order.vip {
        total = 0.0;
    }
    let (low, high): (f64, f64) = (total, total + fee);
    refund(Charge { id: order.id }).await;
    low + high
}

/// `if`, `else if`, `if let`, `let else`, `match` with guards, and constants.
#[workflow]
async fn conditions(order: Order) -> Result<String, OrderFailed> {
    let Some(first) = order.items.first() else {
        return Err(OrderFailed::Rejected {
            reason: "no items".to_owned(),
        });
    };
    if order.total > LIMIT {
        refund(Charge {
            id: order.id.clone(),
        })
        .await;
    } else if order.vip {
        refund(Charge {
            id: "vip".to_owned(),
        })
        .named("RefundVip")
        .await;
    }
    if let Some(vip) = find_vip(&order.id).await
        && vip.total > 5.0
    {
        return Ok(vip.id);
    }
    let name = match first.quantity {
        0 => "none",
        1 | 2 => "few",
        n if n > 100 => "many",
        _ => "some",
    };
    #[state(Named)]
    Ok(format!("{name} {}", first.sku))
}

/// Loops with labels, `break` with a value, `continue`.
#[workflow(allow(unbounded_loop))]
async fn loops(order: Order) -> Result<f64, OrderError> {
    let mut sum = 0.0;
    let mut page = 0;
    let found = loop {
        let items = next_page(Some(format!("{page}"))).await?;
        if items.is_empty() {
            break page;
        }
        page += 1;
    };
    'orders: for item in &order.items {
        let mut tries = 0;
        while tries < 3 {
            if item.quantity == 0 {
                continue 'orders;
            }
            sum += price(item).await?;
            tries += 1;
            sleep(secs(5)).await;
        }
        if sum > LIMIT {
            break;
        }
    }
    if found > 5 {
        return Ok(0.0);
    }
    #[state(Sum)]
    Ok(sum)
}

/// A loop that only computes.
#[workflow]
async fn counts(order: Order) -> u32 {
    let mut sum = 0;
    for item in &order.items {
        sum += item.quantity;
    }
    sum
}

/// `map` with a closure, with the name of a task, and with `return` inside.
#[workflow]
async fn maps(order: Order) -> Result<Vec<f64>, OrderError> {
    let parcels = map(&order.items, pack_item).await;
    let more = map(order.items.clone(), async |item| {
        if item.quantity == 0 {
            #[state(Free)]
            return Ok(0.0);
        }
        price(item).await
    })
    .named("Prices")
    .concurrency(4)
    .await?;
    if parcels.is_empty() {
        #[state(NoParcels)]
        return Ok(Vec::new());
    }
    Ok(more)
}

/// A Distributed Map.
#[workflow]
async fn distributed(order: Order) -> Result<usize, OrderFailed> {
    match map_distributed(&order.items, async |item| price(item).await)
        .label("Prices")
        .tolerate(3)
        .concurrency(10)
        .await
    {
        Ok(prices) => Ok(prices.len()),
        Err(_) => Err(OrderFailed::Refunded),
    }
}

/// `try_join!` of calls, of a map and of a block.
#[workflow]
async fn joins(order: Order) -> Result<Charge, OrderError> {
    let (checked, prices, parcel) = try_join!(
        validate_order(&order),
        map(&order.items, async |item| price(item).await),
        async {
            let parcel = pack_item(order.items[0].clone()).await;
            Ok(parcel)
        }
    )
    .await?;
    Ok(Charge {
        id: format!("{}{}{}", checked.id, prices.len(), parcel.tracking),
    })
}

/// Shadowing, blocks, references and clones.
#[workflow]
async fn shadows(order: Order) -> String {
    let order = {
        let order = order.clone();
        order.id.clone()
    };
    let text = format!("order {order}");
    refund(Charge { id: text.clone() }).await;
    text
}

/// A token, options, waits and retries.
#[workflow(timeout = days(7), lambda_retries, deploy = lambda)]
async fn options(order: Order) -> Result<Charge, OrderFailed> {
    sleep(mins(u64::from(order.items[0].quantity))).await;
    sleep_until(&order.id).await;
    #[state(Ask)]
    match request_review(&order, task_token())
        .timeout(days(3))
        .heartbeat(hours(1))
        .await
    {
        Ok(Decision::Approved) => {}
        Ok(Decision::Refused { reason }) => return Err(OrderFailed::Rejected { reason }),
        Err(Failed::Timeout) => return Err(OrderFailed::Refunded),
        Err(Failed::Task(never)) => match never {},
    }
    match charge_card(&order)
        .retry(
            |e| matches!(e, PaymentError::GatewayTimeout),
            every(secs(2))
                .times(3)
                .backoff(2.0)
                .max_delay(mins(1))
                .jitter(),
        )
        .retry(|_| true, every(mins(1)).times(1))
        .await
    {
        Ok(charge) => Ok(charge),
        Err(_) => {
            #[state(GaveUp)]
            return Err(OrderFailed::Refunded);
        }
    }
}

/// A token whose answer has a type.
#[workflow]
async fn answers(order: Order) -> Decision {
    let decision: Decision = request_review(&order, task_token()).await;
    decision
}

/// A token whose answer nothing reads.
#[workflow]
async fn asks(order: Order) {
    let _answer: Decision = request_review(&order, task_token()).await;
}

/// A nested workflow, and its error.
#[workflow]
async fn nested(order: Order) -> Result<String, OrderFailed> {
    let charge = match passes_on(&order).await {
        Ok(charge) => charge,
        Err(PaymentError::Declined { reason }) => return Err(OrderFailed::Rejected { reason }),
        Err(_) => return Err(OrderFailed::Refunded),
    };
    let count = counts(&order).await;
    Ok(format!("{}{count}", charge.id))
}

/// `panic!` and `assert!`.
#[workflow]
async fn panics(order: Order) -> Charge {
    assert!(order.total > 0.0, "no total: {}", order.total);
    assert_eq!(order.vip, false);
    if order.items.is_empty() {
        panic!("no items in {}", order.id);
    }
    Charge { id: order.id }
}

/// The library's functions.
#[workflow]
async fn library(order: Order) -> Vec<String> {
    let id = functions::uuid();
    let names: Vec<String> = order.items.iter().map(|item| item.sku.clone()).collect();
    refund(Charge { id }).await;
    functions::sorted(names)
}

/// No input, no output, another name.
#[workflow(name = "Nightly", express)]
async fn without_input() {
    refund(Charge {
        id: "nightly".to_owned(),
    })
    .await;
}

/// A task takes a reference that a method returns.
#[workflow]
async fn references(order: Order) -> Vec<Parcel> {
    let mut parcels = Vec::new();
    let mut rest = order.items;
    while let Some(item) = rest.first() {
        let parcel = pack_item(item).await;
        parcels = [parcels, vec![parcel]].concat();
        rest = rest.iter().skip(1).cloned().collect();
    }
    parcels
}

/// `Ok` with its types, as a block of `try_join!` needs it.
#[workflow]
async fn typed_results(order: Order) -> Result<String, OrderFailed> {
    let (id, count) = match try_join!(
        async {
            match charge_card(&order).await {
                Ok(charge) => Ok(charge.id),
                Err(_) => Err(OrderFailed::Refunded),
            }
        },
        async {
            sleep(secs(5)).await;
            Ok::<_, OrderFailed>(1)
        }
    )
    .await
    {
        Ok(both) => both,
        Err(e) => return Err(e),
    };
    Ok(format!("{id}{count}"))
}

/// An input that is assigned.
#[workflow]
async fn changed_input(order: Order) -> Result<Order, OrderError> {
    let mut order = order;
    order = Order {
        total: order.total + 1.0,
        ..order
    };
    order = validate_order(&order).await?;
    Ok(order)
}

fn order() -> Order {
    Order {
        id: "o-1".to_owned(),
        total: 5.0,
        vip: false,
        items: vec![Item {
            sku: "a".to_owned(),
            quantity: 2,
        }],
    }
}

fn main() {
    for definition in [
        QuestionMarks::definition(),
        PassesOn::definition(),
        Undoes::definition(),
        Arms::definition(),
        Assignments::definition(),
        Conditions::definition(),
        Loops::definition(),
        Counts::definition(),
        Maps::definition(),
        Distributed::definition(),
        Joins::definition(),
        Shadows::definition(),
        Options::definition(),
        Answers::definition(),
        Asks::definition(),
        Nested::definition(),
        Panics::definition(),
        Library::definition(),
        Nightly::definition(),
        References::definition(),
        TypedResults::definition(),
        ChangedInput::definition(),
    ] {
        assert!(definition.to_json().contains("StartAt"));
    }
    let run = PlainRun::new()
        .mock::<validate_order>(Ok)
        .mock::<pack_item>(|item| Ok(Parcel { tracking: item.sku }))
        .mock::<charge_card>(|order| Ok(Charge { id: order.id }))
        .mock::<refund>(|_| Ok(()));
    assert_eq!(run.block_on(counts(order())).unwrap(), 2);
    assert_eq!(run.block_on(references(order())).unwrap().len(), 1);
    assert_eq!(run.block_on(typed_results(order())).unwrap(), "o-11");
    assert_eq!(run.block_on(maps(order())).unwrap(), [2.0]);
    assert_eq!(run.block_on(joins(order())).unwrap().id, "o-11a");
    assert_eq!(run.block_on(changed_input(order())).unwrap().total, 6.0);
    assert_eq!(run.block_on(conditions(order())).unwrap(), "few a");
}
