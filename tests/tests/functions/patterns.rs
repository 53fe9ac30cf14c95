//! Functions of the kinds that users write: polling, sagas, approvals, pagination.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::function::*;

use super::draw::Draw;
use super::script::Replies;
use super::{assert_agrees, function_row};

#[derive(Debug, thiserror::Error, TaskError)]
enum ServiceError {
    #[error("busy")]
    Busy,
    #[error("refused: {reason}")]
    Refused { reason: String },
}

#[derive(Debug, thiserror::Error, TaskError)]
enum Stopped {
    #[error(transparent)]
    #[task_error(transparent)]
    Service(#[from] ServiceError),
    #[error("no result after {polls} polls")]
    TooLate { polls: u32 },
    #[error("rolled back: {reason}")]
    RolledBack { reason: String },
    #[error("no decision was made")]
    Undecided,
}

fn service_error(draw: &mut Draw) -> PlainReply<ServiceError> {
    match draw.number(4) {
        0 | 1 => PlainReply::Error(ServiceError::Busy),
        2 => PlainReply::Error(ServiceError::Refused {
            reason: format!("r{}", draw.number(5)),
        }),
        _ => PlainReply::Failure("Lambda.Unknown".to_owned(), "the host ended".to_owned()),
    }
}

/// A result, or in one of `failing` cases of 10 a failure.
fn service(
    draw: &mut Draw,
    failing: usize,
    value: impl FnOnce(&mut Draw) -> Value,
) -> PlainReply<ServiceError> {
    if draw.number(10) < failing {
        return service_error(draw);
    }
    PlainReply::Output(value(draw))
}

// Polling.

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
enum JobState {
    Waiting,
    Running { percent: u32 },
    Finished { url: String },
    Failed(String),
}

#[task]
async fn start_job(name: String) -> Result<u32, ServiceError>;
#[task]
async fn job_state(job: u32, poll: u32) -> Result<JobState, ServiceError>;

#[workflow]
async fn polling(name: String) -> Result<String, Stopped> {
    let job = start_job(&name)
        .retry(|e| matches!(e, ServiceError::Busy), every(secs(1)).times(2))
        .await?;
    let mut polls = 0;
    let mut delay = 5;
    let url = loop {
        polls += 1;
        if polls > 6 {
            return Err(Stopped::TooLate { polls });
        }
        match job_state(job, polls).await {
            Ok(JobState::Finished { url }) => break url,
            Ok(JobState::Failed(reason)) if reason == "f0" => continue,
            Ok(JobState::Failed(reason)) => return Err(Stopped::RolledBack { reason }),
            Ok(JobState::Running { percent }) if percent > 50 => delay = 1,
            Ok(JobState::Running { .. } | JobState::Waiting) => {}
            Err(ServiceError::Busy) => delay *= 2,
            Err(e) => return Err(e.into()),
        }
        sleep(secs(delay)).await;
    };
    Ok(format!("{name}: {url} after {polls}"))
}

#[tokio::test]
async fn a_polling_loop() {
    let replies = Replies::new()
        .task::<start_job>(|draw, _| service(draw, 3, |draw| draw.number(9).into()))
        .task::<job_state>(|draw, _| {
            service(draw, 2, |draw| match draw.number(5) {
                0 => json!("Waiting"),
                1 | 2 => json!({"Running": {"percent": draw.number(100)}}),
                3 => json!({"Finished": {"url": format!("u{}", draw.number(9))}}),
                _ => json!({"Failed": format!("f{}", draw.number(2))}),
            })
        });
    assert_agrees(
        function_row!(polling(String) as Polling),
        replies,
        &[json!("a"), json!("")],
    )
    .await;
}

// A saga.

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Trip {
    traveller: String,
    nights: u32,
    insured: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Booked {
    flight: String,
    hotel: String,
    insurance: Option<String>,
}

#[task]
async fn book_flight(traveller: String) -> Result<String, ServiceError>;
#[task]
async fn book_hotel(traveller: String, nights: u32) -> Result<String, ServiceError>;
#[task]
async fn insure(amount: u32) -> Result<String, ServiceError>;
#[task]
async fn cancel(booking: String);

#[workflow]
async fn saga(trip: Trip) -> Result<Booked, Stopped> {
    let flight = book_flight(&trip.traveller).named("Flight").await?;
    let hotel = match book_hotel(trip.traveller.clone(), trip.nights)
        .named("Hotel")
        .await
    {
        Ok(hotel) => hotel,
        Err(ServiceError::Refused { reason }) => {
            cancel(&flight).named("CancelRefusedFlight").await;
            #[state(HotelRefused)]
            return Err(Stopped::RolledBack { reason });
        }
        Err(_) => {
            cancel(&flight).named("CancelFlight").await;
            #[state(HotelFailed)]
            return Err(Stopped::RolledBack {
                reason: format!("no hotel for {}", trip.traveller),
            });
        }
    };
    let insurance = if let Some(amount) = trip.insured {
        match insure(amount)
            .retry(|_| true, every(secs(3)).times(1))
            .await
        {
            Ok(insurance) => Some(insurance),
            Err(ServiceError::Refused { .. }) => None,
            Err(e) => {
                cancel(&hotel).named("CancelHotel").await;
                cancel(&flight).named("CancelFlightAfterHotel").await;
                return Err(e.into());
            }
        }
    } else {
        None
    };
    Ok(Booked {
        flight,
        hotel,
        insurance,
    })
}

#[tokio::test]
async fn a_saga() {
    let replies = Replies::new()
        .task::<book_flight>(|draw, _| {
            service(draw, 2, |draw| format!("f{}", draw.number(20)).into())
        })
        .task::<book_hotel>(|draw, _| {
            service(draw, 5, |draw| format!("h{}", draw.number(20)).into())
        })
        .task::<insure>(|draw, _| service(draw, 5, |draw| format!("i{}", draw.number(20)).into()))
        .task::<cancel>(|draw, _| match draw.number(8) {
            0 => PlainReply::Failure("Lambda.Unknown".to_owned(), String::new()),
            _ => PlainReply::Output(Value::Null),
        });
    let inputs = [
        json!({"traveller": "Ada", "nights": 2, "insured": 10}),
        json!({"traveller": "Bo", "nights": 0, "insured": null}),
    ];
    assert_agrees(function_row!(saga(Trip) as Saga), replies, &inputs).await;
}

// An approval with escalation.

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "verdict")]
enum Verdict {
    Approved { by: String },
    Refused { reason: String },
}

#[task]
async fn ask(person: String, amount: f64, token: String);

#[workflow]
async fn approval(amount: f64) -> Result<String, Stopped> {
    let mut person = "clerk".to_owned();
    let mut level = 0;
    while level < 3 {
        match ask(&person, amount, task_token())
            .timeout(hours(2))
            .heartbeat(mins(30))
            .await
        {
            Ok(Verdict::Approved { by }) if amount < 1_000.0 || level > 0 => return Ok(by),
            Ok(Verdict::Approved { .. }) => person = "manager".to_owned(),
            Ok(Verdict::Refused { reason }) => return Err(Stopped::RolledBack { reason }),
            Err(Failed::Timeout) => person = format!("{person}'s boss"),
            Err(Failed::Task(never)) => match never {},
        }
        level += 1;
    }
    Err(Stopped::Undecided)
}

#[tokio::test]
async fn an_approval_with_escalation() {
    let replies = Replies::new().task::<ask>(|draw, _| match draw.number(6) {
        0 | 1 => PlainReply::Never,
        2 => PlainReply::Output(json!({"verdict": "Refused", "reason": "too much"})),
        3 => PlainReply::Failure("Lambda.Unknown".to_owned(), String::new()),
        4 => PlainReply::Failure("States.Timeout".to_owned(), "late".to_owned()),
        _ => {
            PlainReply::Output(json!({"verdict": "Approved", "by": format!("p{}", draw.number(9))}))
        }
    });
    assert_agrees(
        function_row!(approval(f64) as Approval),
        replies,
        &[json!(10), json!(5000.5)],
    )
    .await;
}

// Fan-out with partial failure.

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
enum Part {
    Made(u32),
    Missing { name: String },
}

#[task]
async fn make(site: String, name: String) -> Result<u32, ServiceError>;
#[task]
async fn report(missing: Vec<Part>, made: usize) -> Result<(), ServiceError>;

#[workflow]
async fn fan_out(names: Vec<String>) -> Result<Vec<Part>, Stopped> {
    map(&names, async |name| {
        match make("ca".to_owned(), &name).await {
            Ok(count) if count > 5 =>
            {
                #[state(Many)]
                Ok(Part::Made(count * 2))
            }
            Ok(count) =>
            {
                #[state(Few)]
                Ok(Part::Made(count))
            }
            Err(ServiceError::Busy) => Ok(Part::Missing { name }),
            Err(e) => Err(e.into()),
        }
    })
    .concurrency(2)
    .await
}

#[workflow]
async fn fan_out_and_report(names: Vec<String>) -> Result<Vec<Part>, Stopped> {
    let parts = map(&names, async |name| {
        match make("ca".to_owned(), &name).await {
            Ok(count) if count > 5 =>
            {
                #[state(Many)]
                Part::Made(count * 2)
            }
            Ok(count) =>
            {
                #[state(Few)]
                Part::Made(count)
            }
            Err(_) =>
            {
                #[state(Lost)]
                Part::Missing { name }
            }
        }
    })
    .concurrency(2)
    .named("All")
    .await;
    let missing: Vec<Part> = parts
        .iter()
        .filter(|part| matches!(part, Part::Missing { .. }))
        .cloned()
        .collect();
    let made = parts.len() - missing.len();
    if !missing.is_empty() {
        report(&missing, made).await?;
    }
    Ok(missing)
}

#[tokio::test]
async fn a_fan_out_with_partial_failure() {
    let replies = || {
        Replies::new()
            .task::<make>(|draw, _| service(draw, 4, |draw| draw.number(12).into()))
            .task::<report>(|draw, _| service(draw, 3, |_| Value::Null))
    };
    let inputs = [json!(["a", "b", "c"]), json!([]), json!(["x"])];
    assert_agrees(
        function_row!(fan_out(Vec<String>) as FanOut),
        replies(),
        &inputs,
    )
    .await;
    assert_agrees(
        function_row!(fan_out_and_report(Vec<String>) as FanOutAndReport),
        replies(),
        &inputs,
    )
    .await;
}

// Pagination.

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Page {
    rows: Vec<i64>,
    next: Option<String>,
}

#[task]
async fn page(token: Option<String>) -> Result<Page, ServiceError>;
#[task]
async fn store(row: i64, total: i64) -> Result<bool, ServiceError>;

#[workflow]
async fn pagination(limit: i64) -> Result<i64, Stopped> {
    let mut next: Option<String> = None;
    let mut total = 0;
    let mut pages = 0;
    'pages: loop {
        let page = page(&next)
            .retry(|e| matches!(e, ServiceError::Busy), every(secs(1)).times(3))
            .await?;
        pages += 1;
        for row in &page.rows {
            if *row == 3 {
                continue;
            }
            if total > limit {
                break 'pages;
            }
            let stored = store(*row, total).await?;
            if !stored {
                continue 'pages;
            }
            total += row;
        }
        let Some(token) = page.next else {
            break;
        };
        next = Some(token);
        if pages >= 5 {
            return Err(Stopped::TooLate { polls: 5 });
        }
    }
    Ok(total)
}

#[tokio::test]
async fn a_pagination() {
    let replies = Replies::new()
        .task::<page>(|draw, _| {
            service(draw, 2, |draw| {
                let rows: Vec<usize> = (0..draw.number(4)).map(|_| draw.number(6)).collect();
                let next = (draw.number(3) > 0).then(|| format!("t{}", draw.number(100)));
                json!({"rows": rows, "next": next})
            })
        })
        .task::<store>(|draw, _| service(draw, 1, |draw| (draw.number(9) > 0).into()));
    assert_agrees(
        function_row!(pagination(i64) as Pagination),
        replies,
        &[json!(5), json!(100)],
    )
    .await;
}

// Nested workflows with retries.

#[task]
async fn fetch(name: String) -> Result<i64, ServiceError>;

#[derive(Debug, thiserror::Error, TaskError)]
enum ChildFailed {
    #[error(transparent)]
    #[task_error(transparent)]
    Service(#[from] ServiceError),
    #[error("{name} is negative: {value}")]
    Negative { name: String, value: i64 },
}

#[workflow]
async fn fetch_checked(name: String) -> Result<i64, ChildFailed> {
    let value = fetch(&name)
        .retry(
            |e| matches!(e, ServiceError::Busy),
            every(secs(2)).times(2).backoff(3.0).max_delay(secs(5)),
        )
        .await?;
    if value < 0 {
        return Err(ChildFailed::Negative { name, value });
    }
    Ok(value * 2)
}

#[workflow]
async fn nested_retry(names: Vec<String>) -> Result<i64, Stopped> {
    let mut sum = 0;
    for name in &names {
        let value = match fetch_checked(name)
            .retry(|_| true, every(secs(10)).times(1))
            .await
        {
            Ok(value) => value,
            Err(ChildFailed::Negative { value, .. }) => value,
            Err(_) => -1,
        };
        sum += value;
    }
    Ok(sum)
}

#[tokio::test]
async fn a_nested_retry() {
    let replies = Replies::new()
        .task::<fetch>(|draw, _| service(draw, 4, |draw| (draw.number(10) as i64 - 3).into()));
    let inputs = [json!(["a", "b"]), json!(["c"]), json!([])];
    assert_agrees(
        function_row!(nested_retry(Vec<String>) as NestedRetry),
        replies,
        &inputs,
    )
    .await;
}

// A subscription.

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
enum Plan {
    Trial { days: u64 },
    Paid { price: f64 },
    Paused,
    Ended,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "event", content = "data")]
enum Event {
    Upgrade(f64),
    Pause,
    Resume,
    Cancel { reason: String },
}

#[task]
async fn next_event(round: u32, token: String);
#[task]
async fn bill(price: f64) -> Result<(), ServiceError>;

#[workflow]
async fn subscription(first: Plan) -> Result<Vec<String>, Stopped> {
    let mut plan = first;
    let mut log: Vec<String> = vec![];
    let mut round = 0;
    let mut price = 5.0;
    while round < 5 {
        round += 1;
        match &plan {
            Plan::Trial { days: count } => {
                sleep(days(*count)).await;
                plan = Plan::Paid { price };
                continue;
            }
            Plan::Paid { price: now_price } if *now_price > 0.0 => {
                price = *now_price;
                match bill(price).named("Bill").await {
                    Ok(()) => {}
                    Err(ServiceError::Refused { reason }) => {
                        log = vec![reason, "refused".to_owned()];
                        plan = Plan::Ended;
                        continue;
                    }
                    Err(_) => plan = Plan::Paused,
                }
            }
            Plan::Paid { .. } | Plan::Paused => {}
            Plan::Ended => break,
        }
        match next_event(round, task_token()).timeout(days(30)).await {
            Ok(Event::Upgrade(by)) => plan = Plan::Paid { price: price + by },
            Ok(Event::Pause) => plan = Plan::Paused,
            Ok(Event::Resume) => plan = Plan::Paid { price },
            Ok(Event::Cancel { reason }) => {
                log = vec![reason];
                plan = Plan::Ended;
            }
            Err(Failed::Timeout) => {}
            Err(Failed::Task(never)) => match never {},
        }
    }
    Ok(log)
}

#[tokio::test]
async fn a_subscription() {
    let replies = Replies::new()
        .task::<next_event>(|draw, _| match draw.number(6) {
            0 => PlainReply::Never,
            1 | 2 => PlainReply::Output(json!({"event": "Upgrade", "data": draw.number(9)})),
            3 => PlainReply::Output(json!({"event": "Pause"})),
            4 => PlainReply::Output(json!({"event": "Resume"})),
            _ => PlainReply::Output(
                json!({"event": "Cancel", "data": {"reason": format!("c{}", draw.number(9))}}),
            ),
        })
        .task::<bill>(|draw, _| service(draw, 3, |_| Value::Null));
    let inputs = [
        json!({"Trial": {"days": 14}}),
        json!({"Paid": {"price": 0}}),
        json!("Paused"),
        json!({"Paid": {"price": 7}}),
    ];
    assert_agrees(
        function_row!(subscription(Plan) as Subscription),
        replies,
        &inputs,
    )
    .await;
}

// Patterns of constants.

const WAITING: JobState = JobState::Waiting;

/// A variant without fields is a text, which has no fields of other variants.
#[workflow]
async fn constant_variants(n: i64) -> i64 {
    let JobState::Running { percent } = WAITING else {
        let Some(JobState::Failed(text)) = Some(JobState::Waiting) else {
            let JobState::Running { percent } = (if n > 2 {
                JobState::Running { percent: 4 }
            } else {
                JobState::Waiting
            }) else {
                return 7;
            };
            return i64::from(percent) + n;
        };
        return text.chars().count() as i64;
    };
    i64::from(percent)
}

#[tokio::test]
async fn a_constant_variant_is_matched_with_patterns_of_others() {
    let inputs = [json!(1), json!(5)];
    assert_agrees(
        function_row!(constant_variants(i64) as ConstantVariants),
        Replies::new(),
        &inputs,
    )
    .await;
}
