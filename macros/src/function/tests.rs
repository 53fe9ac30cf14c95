//! The states of functions, as text.

use super::graph::linker::linked;
use super::source::unmarked_functions::ModuleSource;
use super::translator::Translator;
use crate::attributes::with_attribute;
use crate::errors::Errors;
use crate::machine::{
    Condition, Draft, Edge, EdgeKind, ErrorPattern, Let, MachineBody, StateExit, StateWork, Wait,
};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use std::collections::BTreeSet;
use std::fmt::Write;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, FnArg, ItemFn, Pat, Stmt};

/// The states of a function, one on each line; or its errors.
fn states(source: &str) -> String {
    let mut function: ItemFn = syn::parse_str(source).unwrap();
    let parameter = function.sig.inputs.first().map(|input| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => name.ident.clone(),
            _ => unreachable!(),
        },
        FnArg::Receiver(_) => unreachable!(),
    });
    let errors = Errors::new();
    let mut translator = Translator::new(
        &errors,
        ModuleSource::around(function.sig.ident.clone()),
        parameter.into_iter().collect(),
    );
    translator.output = match &function.sig.output {
        syn::ReturnType::Default => None,
        syn::ReturnType::Type(_, ty) => {
            Some(crate::task::TaskReturnType::of((**ty).clone()).output())
        }
    };
    let graph = translator.function(&mut function.block);
    let (body, _) = linked(graph, &translator.names.finish(), &errors);
    let mut text = String::new();
    for error in errors.finish() {
        writeln!(text, "error: {}", error.message).unwrap();
    }
    write_body(&body, "", &mut text);
    text
}

fn write_body(body: &MachineBody, indent: &str, text: &mut String) {
    for state in &body.states {
        write_state(state, indent, text);
    }
}

fn compact(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let text = text
        // The marks of the translation.
        .replace("# [item] ", "")
        .replace("# [counted] ", "")
        .replace("# [followed] ", "")
        .replace("# [extended] ", "")
        .replace(" . ", ".")
        .replace(" :: ", "::")
        .replace(" (", "(")
        .replace("( ", "(");
    text.replace(" )", ")")
        .replace(" ,", ",")
        .replace("& ", "&")
        .replace(" [", "[")
        .replace("[ ", "[")
        .replace(" ]", "]")
}

fn write_lets(lets: &[Let]) -> String {
    lets.iter()
        .map(|one| {
            let names: Vec<String> = one
                .binding
                .names
                .iter()
                .map(|name| name.as_ref().map_or("_".into(), ToString::to_string))
                .collect();
            format!(" {} = {};", names.join(", "), compact(&one.value.syn))
        })
        .collect()
}

fn write_edge(edge: &Edge) -> String {
    let kind = match &edge.kind {
        EdgeKind::Next => "next".to_owned(),
        EdgeKind::Rule {
            condition: Condition::Expression(value),
            ..
        } => format!("if {}", compact(&value.syn)),
        EdgeKind::Otherwise(_) => "else".to_owned(),
        EdgeKind::Arm { pattern, guard } => match guard {
            Some(guard) => format!("{} if {}", compact(pattern), compact(&guard.syn)),
            None => compact(pattern),
        },
        EdgeKind::Catch { errors, output } => {
            let names: Vec<String> = errors
                .iter()
                .map(|error| match error {
                    ErrorPattern::Path(path) => compact(path),
                    ErrorPattern::Fields(_, pattern) => compact(pattern),
                    ErrorPattern::Text(text) => text.value(),
                    ErrorPattern::Every(_) => "every".to_owned(),
                })
                .collect();
            let output = output
                .as_ref()
                .map(|name| format!(" as {name}"))
                .unwrap_or_default();
            format!("catch {}{output}", names.join(" | "))
        }
        _ => "?".to_owned(),
    };
    format!(" | {kind}{} -> {}", write_lets(&edge.lets), edge.name)
}

fn write_state(draft: &Draft, indent: &str, text: &mut String) {
    let state = &draft.state;
    let work = match &state.kind {
        StateWork::Task(Some(call)) => match &call.callee {
            crate::machine::Callee::Task(call) => {
                let arguments: Vec<String> =
                    call.arguments.iter().map(|one| compact(&one.syn)).collect();
                format!("{}({})", compact(&call.path), arguments.join(", "))
            }
            _ => "?".to_owned(),
        },
        StateWork::Choice(choice) => match &choice.subject {
            Some(subject) => format!("match {}", compact(&subject.value.syn)),
            None => "choice".to_owned(),
        },
        StateWork::Wait(Some(Wait::Seconds(_, amount))) => match amount.known() {
            Some(seconds) => format!("wait {seconds}"),
            None => format!(
                "wait {}",
                amount
                    .computed()
                    .map(|one| compact(&one.syn))
                    .unwrap_or_default()
            ),
        },
        StateWork::Succeed(value) => format!(
            "succeed {}",
            value
                .as_ref()
                .map(|one| compact(&one.syn))
                .unwrap_or_default()
        ),
        StateWork::Fail(fail) => match (&fail.raised, &fail.error) {
            (Some(raised), _) => {
                let fields: Vec<String> = raised
                    .fields
                    .iter()
                    .map(|(name, value)| format!("{}: {}", compact(name), compact(&value.syn)))
                    .collect();
                format!("fail {} {{{}}}", compact(&raised.path), fields.join(", "))
            }
            (None, error) => format!(
                "fail {}",
                error
                    .as_ref()
                    .map(|one| compact(&one.syn))
                    .unwrap_or_default()
            ),
        },
        StateWork::Map(map) => {
            let run = map.run.as_ref().unwrap();
            format!(
                "map {} in {}",
                run.item,
                run.list
                    .as_ref()
                    .map(|one| compact(&one.syn))
                    .unwrap_or_default()
            )
        }
        other => other.word().to_owned(),
    };
    let result: String = state
        .result
        .iter()
        .map(|binding| {
            let names: Vec<String> = binding
                .names
                .iter()
                .map(|name| name.as_ref().map_or("_".into(), ToString::to_string))
                .collect();
            let ty = binding
                .ty
                .as_ref()
                .map(|ty| format!(": {}", compact(&ty.written)));
            format!("{}{} = ", names.join(", "), ty.unwrap_or_default())
        })
        .collect();
    write!(
        text,
        "{indent}{}: {result}{work};{}",
        state.name,
        write_lets(&state.lets)
    )
    .unwrap();
    for edge in &draft.edges {
        text.push_str(&write_edge(edge));
    }
    match &state.exit {
        Some(StateExit::End(_, Some(value))) => {
            write!(text, " | end {}", compact(&value.syn)).unwrap()
        }
        Some(StateExit::End(_, None)) => text.push_str(" | end"),
        _ => {}
    }
    text.push('\n');
    for body in &draft.bodies {
        write_body(body, &format!("{indent}  "), text);
        writeln!(text, "{indent}  -").unwrap();
    }
}

/// The example of the documentation.
const ORDER: &str = r#"async fn order_processing(order: Order) -> Result<Receipt, OrderFailed> {
    let checked = match validate_order(&order).await {
        Ok(checked) => checked,
        Err(OrderError::Invalid { reason }) => return Err(OrderFailed::Rejected { reason }),
    };
    #[state(Triage)]
    if checked.total > 1_000.0 && !checked.customer.vip {
        match request_review(&checked, task_token()).timeout(days(3)).heartbeat(days(1)).await {
            Ok(Decision::Approved { .. }) => {}
            Ok(Decision::Refused { reason }) => return Err(OrderFailed::Rejected { reason }),
            Err(Failed::Timeout) => return Err(OrderFailed::Expired),
            Err(Failed::Task(never)) => match never {},
        }
    }
    let payment = match charge_card(Payment { amount: checked.total, card: checked.card.clone() })
        .retry(|e| matches!(e, PaymentError::GatewayTimeout), every(secs(2)).times(3).backoff(2.0)).await {
        Ok(payment) => payment,
        Err(PaymentError::Declined { reason }) => return Err(OrderFailed::Rejected { reason }),
        Err(e) => return Err(e.into()),
    };
    match try_join!(map(&checked.items, async |item| pack_item(item, &checked.id).await).concurrency(10), send_invoice(&payment)).named("Fulfil").await {
        Ok((parcels, invoice)) => Ok(Receipt { order_id: checked.id, payment, parcels, invoice }),
        Err(_) => { refund_card(&payment).await; Err(OrderFailed::Refunded) }
    }
}"#;

#[test]
fn the_order_is_the_graph_of_its_control_flow() {
    let text = states(ORDER);
    assert_states(
        &text,
        "ValidateOrder: checked = validate_order(order); | next -> Triage | catch OrderError::Invalid { reason } -> Rejected
Rejected: fail OrderFailed::Rejected {reason: reason};
Triage: choice; | if checked.total > 1_000.0 &&! checked.customer.vip -> RequestReview | else -> ChargeCard
RequestReview: request_review: Decision = request_review(checked, task_token); | next -> MatchRequestReview | catch States::Timeout -> Expired
MatchRequestReview: match request_review; | Decision::Approved { .. } -> ChargeCard | Decision::Refused { reason } -> Rejected
Expired: fail OrderFailed::Expired {};
ChargeCard: payment = charge_card(Payment { amount : checked.total, card : checked.card.clone() }); | next -> Fulfil | catch PaymentError::Declined { reason } -> Rejected
Fulfil: parcels, invoice = parallel; | catch States::ALL -> RefundCard | end Receipt { order_id : checked.id, payment : payment, parcels : parcels, invoice : invoice }
  MapItems: map item in checked.items; | end
    PackItem: pack_item(item, checked.id); | end
    -
  -
  SendInvoice: send_invoice(payment); | end
  -
RefundCard: refund_card(payment); | next -> Refunded
Refunded: fail OrderFailed::Refunded {};
",
    );
}

#[test]
fn an_attribute_is_refused_wherever_rust_parses_one() {
    let source = r#"{
        let mut pair = (1, vec![2, n], [3]);
        let item = Item { count: 1, tag: None, ..order.item };
        let total: i64 = order.list.iter().map(|x| { let y = x + 1; y * 2 }).sum();
        for leg in &order.legs { pair.0 = step(leg, total).await?; }
        match order.kind {
            Kind::A { n, m: 2 } if n > 1 => { note(format!("{n}", n = n + 1)).await; }
            Kind::B(x, _) | Kind::C(x, _) => note(x).await,
            _ => {}
        }
        let Some(found) = order.note else { return Err(Failed::Missing { at: total }); };
        if let Ok(one) = step(found, 1).await && one > 2 { sleep(secs(1)).await; } else if total > 3 { break_off().await; }
        let rows = map(&order.list, async |row: i64| row_of(row).await).concurrency(3).await;
        let (a, b) = try_join!(step(1, 2), async { Ok(3) }).await?;
        while total < 3 { total += 1; }
        Ok(if matches!(order.kind, Kind::D { .. } if total > 4) { (a, b as f64, -total) } else { item })
    }"#;
    let block: TokenStream = source.parse().unwrap();
    let (mut at, mut parsed) = (1, 0);
    loop {
        let mut before = at;
        let code = with_attribute(block.clone(), &mut before);
        if before < usize::MAX / 2 {
            break;
        }
        at += 1;
        let function =
            quote!(async fn orders(order: Order) -> Result<Done, Failed> #code).to_string();
        if syn::parse_str::<ItemFn>(&function).is_err() {
            continue;
        }
        parsed += 1;
        let text = states(&function);
        assert_eq!(
            text.matches("cannot select code").count(),
            1,
            "{function}\n{text}"
        );
    }
    assert!(parsed > 100, "only {parsed} of {at} positions");
}

#[test]
fn attributes_without_an_effect_are_accepted() {
    let text = states(
        r#"async fn orders(order: Order) -> i64 {
    #[allow(unused)]
    let x = 1;
    /// A comment.
    let y = match x { #[rustfmt::skip] 1 => 2, #[expect(unused)] _ => 3 };
    #[state(Named)]
    step(#[warn(unused)] y).await
}"#,
    );
    assert!(!text.contains("error"), "{text}");
}

/// Compares texts line by line.
#[track_caller]
fn assert_states(text: &str, expected: &str) {
    assert_eq!(text, expected, "\n{text}");
}

#[test]
fn a_polling_loop_counts_on_its_transitions() {
    let text = states(
        r#"async fn poll(job: Job) -> Result<Report, PollFailed> {
    let mut attempt = 0;
    loop {
        let state = job_state(&job.id).await?;
        if state.finished {
            return Ok(Report { attempts: attempt });
        }
        if attempt >= 10 {
            return Err(PollFailed::TooLate);
        }
        attempt += 1;
        sleep(secs(30)).await;
    }
}"#,
    );
    assert_states(
        &text,
        "Begin: pass; attempt = 0; | next -> JobState
JobState: state = job_state(job.id); | next -> IfFinished
IfFinished: choice; | if state.finished -> Done | else -> IfAttempt
Done: succeed Report { attempts : attempt };
IfAttempt: choice; | if attempt >= 10 -> TooLate | else attempt = attempt +(1); -> Sleep
TooLate: fail PollFailed::TooLate {};
Sleep: wait 30; | next -> JobState
",
    );
}

#[test]
fn a_for_loop_is_one_choice_and_a_while_loop_too() {
    let text = states(
        r#"async fn travel(trip: Trip) -> Result<Vec<String>, TripFailed> {
    let mut booked = Vec::new();
    for leg in &trip.legs {
        let ticket = book(leg).await?;
        booked = add(booked, ticket).await?;
        if booked.len() > 3 { break; }
    }
    while booked.len() < 10 {
        booked = extend(booked).await?;
    }
    Ok(booked)
}"#,
    );
    assert_states(
        &text,
        "Begin: pass; booked = Vec::new(); leg_index = 0usize; | next -> EachLeg
EachLeg: choice; | if leg_index < trip.legs.len() leg = trip.legs[leg_index]; leg_index = leg_index + 1; -> Book | else -> WhileBooked
Book: ticket = book(leg); | next -> Add
Add: booked = add(booked, ticket); | next -> IfBooked
IfBooked: choice; | if booked.len() > 3 -> WhileBooked | else -> EachLeg
WhileBooked: choice; | if booked.len() < 10 -> Extend | else -> Done
Extend: booked = extend(booked); | next -> WhileBooked
Done: succeed booked;
",
    );
}

#[test]
fn a_saga_undoes_in_its_arms() {
    let text = states(
        r#"async fn saga(trip: Trip) -> Result<Booking, SagaFailed> {
    let hotel = book_hotel(&trip).await?;
    let flight = match book_flight(&trip).await {
        Ok(flight) => flight,
        Err(e) => {
            info!("undo {e}");
            cancel_hotel(&hotel).await;
            return Err(e.into());
        }
    };
    let Ok(car) = book_car(&trip).await else {
        cancel_flight(&flight).await;
        cancel_hotel(&hotel).await;
        return Err(SagaFailed::NoCar);
    };
    Ok(Booking { hotel, flight, total: price(car).await? })
}"#,
    );
    assert_states(
        &text,
        "BookHotel: hotel = book_hotel(trip); | next -> BookFlight
BookFlight: flight = book_flight(trip); | next -> BookCar | catch every as e -> CancelHotel
CancelHotel: cancel_hotel(hotel); | next -> BookFlightFailed
BookFlightFailed: fail e.error.unwrap_or_default();
BookCar: car = book_car(trip); | next -> Price | catch States::ALL -> CancelFlight
CancelFlight: cancel_flight(flight); | next -> BookCarFailedCancelHotel
BookCarFailedCancelHotel: cancel_hotel(hotel); | next -> NoCar
NoCar: fail SagaFailed::NoCar {};
Price: price = price(car); | end Booking { hotel : hotel, flight : flight, total : price }
",
    );
}

#[test]
fn shadowed_names_are_separate_variables() {
    let text = states(
        r#"async fn shadow(order: Order) -> u32 {
    let order = check(order).await;
    let order = { let order = price(order).await; order + 1 };
    let text = format!("{order}");
    if let Some(found) = lookup(&text).await {
        #[state(Found)]
        return found.iter().map(|order| order.size).sum();
    }
    order
}"#,
    );
    assert_states(
        &text,
        "Check: order_2 = check(order); | next -> Price
Price: order_4 = price(order_2); order_3 = order_4 + 1; text = format !(\"{order}\", order = order_3); | next -> Lookup
Lookup: lookup = lookup(text); | next -> IfLookup
IfLookup: match lookup; | Some(found) -> Found | _ -> Done
Found: succeed found.iter().map(| order | order.size).sum();
Done: succeed order_3;
",
    );
}

#[test]
fn a_fallible_expression_is_not_part_of_a_task_that_catches_everything() {
    let text = states(
        r#"async fn ratio(order: Order) -> Result<f64, Bad> {
    let a = first(&order).await?;
    let share = a.total / a.count;
    let b = match second(&order).await {
        Ok(b) => b,
        Err(_) => return Err(Bad::Lost),
    };
    let rest = b.items[0] / share;
    third(rest).await
}"#,
    );
    assert_states(
        &text,
        "First: a = first(order); share = a.total / a.count; | next -> Second
Second: b = second(order); | next -> SetRest | catch States::ALL -> Lost
Lost: fail Bad::Lost {};
SetRest: pass; rest = b.items[0] / share; | next -> Third
Third: third(rest); | end
",
    );
}

#[test]
fn an_argument_that_may_fail_is_computed_before_a_task_that_catches_everything() {
    let text = states(
        r#"async fn ratio(order: Order) -> f64 {
            match divide(10 / order.n, format!("{}", order.id)).await {
                Ok(value) => value,
                Err(_) => 0.0,
            }
        }"#,
    );
    assert_states(
        &text,
        r#"Begin: pass; argument = 10 / order.n; | next -> Divide
Divide: divide(argument, format !("{}", order.id)); | catch States::ALL -> Done | end
Done: succeed 0.0;
"#,
    );
}

#[test]
fn the_answer_to_a_token_has_the_type_of_its_variable_or_of_the_result() {
    let text = states(
        r#"async fn escalation(alert: Alert) -> Result<Taken, EscalationFailed> {
    let mut answer: Option<Taken> = match page(&alert.first, task_token()).timeout(mins(5)).await {
        Ok(answer) => answer,
        Err(_) => None,
    };
    loop {
        match page(&alert.second, task_token()).timeout(mins(5)).named("Again").await {
            Ok(taken) => return Ok(taken),
            Err(Failed::Timeout) => answer = None,
            Err(Failed::Task(never)) => match never {},
        }
        if alert.only_once { break; }
    }
    Ok(page(&answer, task_token()).named("Last").await)
}"#,
    );
    assert_states(
        &text,
        "Page: answer: Option < Taken > = page(alert.first, task_token); | next -> Again | catch States::ALL answer = None; -> Again
Again: taken: Taken = page(alert.second, task_token); | catch States::Timeout answer = None; -> IfOnlyOnce | end taken
IfOnlyOnce: choice; | if alert.only_once -> Last | else -> Again
Last: result: Taken = page(answer, task_token); | end result
",
    );
}

#[test]
fn an_arm_for_everything_else_also_takes_the_result() {
    let text = states(
        r#"async fn check(order: Order) -> bool {
            if let Err(CheckError::Refused { reason }) = check_order(&order).await {
                note(reason).await;
            }
            match check_again(&order).await {
                Err(_) => false,
                _ => true,
            }
        }"#,
    );
    assert_states(
        &text,
        r#"CheckOrder: check_order(order); | next -> CheckAgain | catch CheckError::Refused { reason } -> Note | catch States::ALL -> CheckAgain
Note: note(reason); | next -> CheckAgain
CheckAgain: check_again(order); | catch States::ALL -> Done | end true
Done: succeed false;
"#,
    );
}

#[test]
fn the_name_of_a_value_is_no_part_of_it() {
    let text = states(
        r#"async fn wrapped(order: Order) -> Wrapper {
            match order.kind {
                Kind::Vip => {
                    note(&order).await;
                    #[state(Vip)]
                    Wrapper(order.id)
                }
                Kind::Known => {
                    #[state(Known)]
                    WRAPPER
                }
            }
        }"#,
    );
    assert!(
        !text.contains('#') && text.contains("Known: succeed WRAPPER"),
        "{text}"
    );
}

#[test]
fn the_bodies_of_a_function_begin_with_states_of_other_names() {
    let text = states(
        r#"async fn bodies(order: Order) -> Vec<u32> {
            let limit = order.limit;
            map(&order.items, async |item| {
                let mut sum = limit;
                while sum < item {
                    sum += add(sum).await;
                }
                sum
            })
            .await
        }"#,
    );
    assert!(
        text.contains("BeginItem: pass") && !text.contains("error"),
        "{text}"
    );
}

#[test]
fn an_attribute_names_the_state_of_an_assignment_or_a_value() {
    let text = states(
        r#"async fn fees(order: Order) -> f64 {
    let mut total = order.total;
    total += 5.0;
    #[state(Double)]
    total *= 2.0;
    if order.vip {
        return 0.0;
    }
    #[state(Sum)]
    total + 1.0
}"#,
    );
    assert!(
        text.contains("Double: pass; total = total *(2.0);")
            && text.contains("Sum: succeed total + 1.0;"),
        "{text}"
    );
}

#[test]
fn a_result_and_a_caught_error_end_with_one_value() {
    let text = states(
        r#"async fn child(order: Order) -> Result<String, Bad> {
            let n = match count(&order).await {
                Err(Odd(n)) => n,
                Ok(n) => n,
                Err(e) => return Err(e.into()),
            };
            Ok(format!("{}", n))
        }"#,
    );
    assert!(
        text.contains("Count: n = count(order);") && !text.contains("error"),
        "{text}"
    );
}

#[test]
fn the_name_of_a_state_is_no_part_of_its_value() {
    let text = states(
        r#"async fn delivery(message: Message) -> Delivery {
    match send(&message).await {
        Ok(id) => Delivery::Sent { id },
        Err(_) => {
            #[state(NotSent)]
            Delivery::Failed { to: message.to }
        }
    }
}"#,
    );
    assert_states(
        &text,
        "Send: id = send(message); | catch States::ALL -> NotSent | end Delivery::Sent { id : id }
NotSent: succeed Delivery::Failed { to : message.to };
",
    );
}

#[test]
fn a_name_in_the_braces_of_a_text_inspects_an_error() {
    let text = states(
        r#"async fn shown(order: Order) -> Result<(), Bad> {
    match pay(&order).await {
        Ok(_) => Ok(()),
        Err(e) => {
            note(format!("{e}")).await;
            Err(Bad::Unpaid)
        }
    }
}"#,
    );
    assert!(
        text.contains("an arm cannot inspect the error `e`"),
        "{text}"
    );
}

#[test]
fn a_match_of_a_result_without_further_calls_is_one_expression() {
    let text = states(
        r#"async fn decision(order: Order) -> Answer {
    let name = match answer(&order).await {
        Answer::Yes { by } if by == "me" => "nobody".to_owned(),
        Answer::Yes { by } => by,
        Answer::No => "no".to_owned(),
    };
    ask(name, task_token()).await
}"#,
    );
    assert_states(
        &text,
        "Answer: answer = answer(order); name = match answer { Answer::Yes { by } if by == \"me\" => \"nobody\".to_owned(), Answer::Yes { by } => by, Answer::No => \"no\".to_owned(), }; | next -> Ask
Ask: answer_2: Answer = ask(name, task_token); | end
",
    );
}

#[test]
fn bindings_of_one_name_and_type_that_never_exist_together_are_one_variable() {
    let text = states(
        r#"async fn parcel(order: Order) -> Result<u32, Bad> {
    if order.large {
        let price = price(&order).await?;
        first(price).await?;
    } else {
        let price = price(&order).named("SmallPrice").await?;
        second(price).await?;
    }
    for item in &order.items { third(item).await?; }
    #[state(EachLater)]
    for item in &order.later { fourth(item).await?; }
    let price = other(&order).await?;
    Ok(price)
}"#,
    );
    assert!(
        text.contains("Price: price = price(order);")
            && text.contains("SmallPrice: price = price(order);")
            && text.contains("Other: price_2 = other(order);")
            && !text.contains("item_index_2"),
        "{text}"
    );
}

/// Inserts a statement at each position of each block, one at a time.
fn with_statement(source: &str, statement: &str) -> Vec<String> {
    struct Inserter<'s> {
        statement: &'s Stmt,
        position: usize,
        seen: usize,
    }
    impl VisitMut for Inserter<'_> {
        fn visit_block_mut(&mut self, block: &mut Block) {
            for at in 0..block.stmts.len() {
                if self.seen == self.position {
                    block.stmts.insert(at, self.statement.clone());
                    self.seen += 1;
                    return;
                }
                self.seen += 1;
            }
            visit_mut::visit_block_mut(self, block);
        }
    }
    let statement: Stmt = syn::parse_str(statement).unwrap();
    let mut edited = Vec::new();
    loop {
        let mut function: ItemFn = syn::parse_str(source).unwrap();
        let mut inserter = Inserter {
            statement: &statement,
            position: edited.len(),
            seen: 0,
        };
        inserter.visit_item_fn_mut(&mut function);
        if inserter.seen <= edited.len() {
            return edited;
        }
        edited.push(function.to_token_stream().to_string());
    }
}

/// The names of the states in a text of [`states`].
fn names(text: &str) -> BTreeSet<String> {
    let lines = text.lines().map(str::trim_start);
    let named = lines.filter_map(|line| line.split_once(": "));
    named.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn an_edit_changes_only_the_names_of_its_own_states() {
    let before = names(&states(ORDER));
    let mut count = 0;
    for (statement, own) in [
        ("audit(&order).await;", &["Audit"][..]),
        ("let text = format!(\"{}\", order.id);", &[]),
        (
            "if order.large { audit(&order).await; }",
            &["IfLarge", "Audit"],
        ),
        (
            "if order.large { return Err(OrderFailed::TooLarge); }",
            &["IfLarge", "TooLarge"],
        ),
        ("sleep(mins(5)).await;", &["Sleep"]),
        (
            "loop { let ready = ready(&order).await; if ready { break; } sleep(secs(5)).await; }",
            &["Ready", "IfReady", "Sleep"],
        ),
    ] {
        for edited in with_statement(ORDER, statement) {
            let text = states(&edited);
            // Statements without a transition before them need a Pass state.
            let mut after = names(&text);
            for name in own
                .iter()
                .copied()
                .chain(["Begin", "BeginBranch", "BeginItem", "SetText"])
            {
                after.remove(name);
            }
            assert_eq!(after, before, "{edited}\n{text}");
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}

#[test]
fn a_variable_may_change_twice_before_the_next_state() {
    let text = states(
        r#"async fn fees(order: Order) -> f64 {
    let mut total = price(&order).await;
    total += 5.0;
    let text = format!("{total}");
    total *= 2.0;
    note(text).await;
    total
}"#,
    );
    assert_states(
        &text,
        "Price: _total = price(order); _total = _total +(5.0); text = format !(\"{total}\", total = _total); total = _total *(2.0); | next -> Note
Note: note(text); | end total
",
    );
}

#[test]
fn a_refused_guard_is_reported() {
    let text = states(
        r#"async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    if let Err(PaymentError::Declined { reason }) = charge_card(&order).await && reason == "stolen" {
        return Err(OrderFailed::Rejected { reason });
    }
    Ok(Charge { id: order.id })
}"#,
    );
    assert!(
        text.contains("a Catcher selects errors by name only"),
        "{text}"
    );
}

#[test]
fn an_arm_for_everything_else_after_all_results_takes_only_errors() {
    let text = states(
        r#"async fn check(order: Order) -> bool {
            match find(&order).await {
                Ok(Some(_)) => true,
                Ok(_) => false,
                _ => {
                    #[state(Unknown)]
                    return order.vip;
                }
            }
        }"#,
    );
    assert_eq!(text.matches("-> Unknown").count(), 1, "{text}");
}

#[test]
fn equal_calls_with_equal_options_are_one_state() {
    let text = states(
        r#"async fn saga(trip: Trip) -> Result<String, TripFailed> {
    let hotel = book_hotel(&trip).await?;
    if trip.late {
        cancel(&hotel).retry(|_| true, every(secs(1)).times(5)).await;
        return Err(TripFailed::Late);
    }
    match book_flight(&trip).await {
        Ok(flight) => Ok(format!("{} {}", flight, price(&flight).await)),
        Err(_) => {
            cancel(&hotel).retry(|_| true, every(secs(1)).times(5)).await;
            Err(TripFailed::Late)
        }
    }
}"#,
    );
    assert_states(
        &text,
        r#"BookHotel: hotel = book_hotel(trip); | next -> IfLate
IfLate: choice; | if trip.late -> Cancel | else -> BookFlight
Cancel: cancel(hotel); | next -> Late
Late: fail TripFailed::Late {};
BookFlight: flight = book_flight(trip); | next -> Price | catch States::ALL -> Cancel
Price: price = price(flight); | end format !("{} {}", flight, price)
"#,
    );
}

#[test]
fn a_name_is_that_of_the_call_or_statement_on_which_it_is_written() {
    for (statement, lines) in [
        (
            "echo2(echo(order.n).await, 5).named(\"Outer\").await;",
            &["Echo: ", "Outer: "][..],
        ),
        (
            "#[state(Slept)] sleep(secs(echo(order.n).await)).await;",
            &["Echo: ", "Slept: wait"],
        ),
        (
            "#[state(Bad)] return Err(Failed::At { at: echo(order.n).await });",
            &["Echo: ", "Bad: fail"],
        ),
        (
            "map(numbers(order.n).await, async |n| echo(n).await).named(\"M\").await;",
            &["Numbers: ", "M: map"],
        ),
        (
            "service(sqs::send_message(echo(order.n).await, &order)).named(\"S\").await;",
            &["Echo: ", "S: "],
        ),
        (
            "#[state(Sum)] let sum = echo(order.n).await + 1; echo2(sum, 1).await;",
            &["Echo: ", "Sum: pass"],
        ),
        (
            "#[state(Given)] return Ok(echo(order.n).await?);",
            &["Echo: ", "Given: succeed"],
        ),
        (
            "#[state(Kind)] match echo(order.n).await { 1 => tell().await, _ => {} }",
            &["Echo: ", "Kind: match"],
        ),
        (
            "#[state(Called)] match echo(order.n).await { Ok(n) => tell(n).await, Err(_) => {} }",
            &["Called: "],
        ),
        (
            "#[state(Big)] match echo(order.n).await { Ok(n) if n > 1 => tell(n).await, _ => {} }",
            &["Echo: ", "Big: match"],
        ),
        ("#[state(Only)] { echo(order.n).await; }", &["Only: "]),
        (
            "let n = match order.n { 1 => { #[state(One)] let x = 5; x } _ => 6 }; tell(n).await;",
            &["MatchN: match", "One: pass"],
        ),
    ] {
        let source =
            format!("async fn f(order: Order) -> Result<i64, Failed> {{ {statement} Ok(0) }}");
        let text = states(&source);
        for line in lines {
            assert!(
                text.lines().any(|one| one.trim_start().starts_with(line)),
                "no `{line}`: {statement}\n{text}"
            );
        }
        assert!(!text.contains("error: "), "{statement}\n{text}");
    }
}

#[test]
fn a_name_without_a_state_is_an_error() {
    for statement in [
        "#[state(X)] loop { tell().await; break; }",
        "#[state(X)] let later; later = 1; tell(later).await;",
        "#[state(X)] info!(\"text\"); tell().await;",
        "#[state(X)] { tell().await; echo(1).await; }",
        "#[state(X)] tell().named(\"Y\").await;",
        "tell(#[state(X)] order.n).await;",
        "match order.n { #[state(X)] 1 => tell().await, _ => {} }",
        "try_join!(#[state(X)] async { tell().await }, echo(1)).await?;",
        "return Ok(#[state(X)] order.n + 1);",
        "loop { tell().await; if order.n > 1 { #[state(X)] break; } }",
    ] {
        let source =
            format!("async fn f(order: Order) -> Result<i64, Bad> {{ {statement} Ok(0) }}");
        let text = states(&source);
        assert!(
            text.contains("error: `#[state(X)]` names no state here"),
            "{statement}\n{text}"
        );
    }
    // Code that is never reached has no states.
    let text = states("async fn f(order: Order) -> i64 { return 1; #[state(X)] tell().await; }");
    assert!(!text.contains("error: "), "{text}");
}

/// A function whose states would have few different names.
const EQUAL_NAMES: &str = r#"async fn orders(order: Order) -> Result<i64, Bad> {
    if order.n < 0 {
        return Ok(0);
    }
    if order.n > 100 {
        tell(&order.id, "large").await;
        if order.n > 1_000 {
            tell(&order.id, "huge").await;
            return Err(Bad::TooLarge { by: order.n });
        }
        sleep(secs(5)).await;
    } else {
        tell(&order.id, "small").await;
    }
    let first = step(order.n).await?;
    let second = match step(first).await {
        Ok(n) => n,
        Err(Bad::TooLarge { by }) => {
            tell(&order.id, "large").await;
            return Err(Bad::TooLarge { by: by + 1 });
        }
        Err(_) => {
            tell(&order.id, "failed").await;
            return Ok(first);
        }
    };
    match order.kind {
        Kind::Express => tell(&order.id, "express").await,
        Kind::Slow { days } => {
            sleep(days(2)).await;
            tell(&days, "slow").await;
        }
        _ => return Ok(second),
    }
    for line in &order.lines {
        if line.n > 1 {
            tell(&line.id, "line").await;
        }
    }
    let (a, b) = try_join!(step(1), async { tell("b", "c").await; Ok(step(2).await?) }).await?;
    let (c, d) = try_join!(step(a), step(b)).await?;
    let parts = map(&order.lines, async |line| { tell("m", "n").await; step(line.n).await }).await?;
    assert!(c > d, "first");
    assert!(c > a, "second");
    sleep(secs(5)).await;
    sleep(mins(5)).await;
    #[state(Last)]
    Ok(parts.len() as i64)
}"#;

#[test]
fn states_with_equal_names_get_those_of_the_code_around() {
    let text = states(EQUAL_NAMES);
    assert!(!text.contains("error: "), "{text}");
    let names = names(&text);
    for name in [
        "IfN",
        "IfNOver100",
        "IfNIfN",
        "EachLineIfN",
        "Step",
        "StepSecond",
        "Sleep",
        "SleepMins5",
        "ExpressTell",
        "TooLarge",
        "StepFailedTell",
        "TryJoin",
        "TryJoinC",
        "AssertC",
        "AssertCOverA",
    ] {
        assert!(names.contains(name), "no `{name}`: {names:?}\n{text}");
    }
}

#[test]
fn branches_that_begin_with_equal_statements_have_names() {
    let branch = "async { let twice = order.n * 2; step(twice).await }";
    for (branches, arms) in [(2, 1), (3, 2), (8, 3)] {
        let join = format!("try_join!({}).await?;", vec![branch; branches].join(", "));
        let arms: Vec<String> = (0..arms)
            .map(|arm| format!("{arm} => {{ {join} }}"))
            .collect();
        let text = states(&format!(
            "async fn many(order: Order) -> Result<i64, Bad> {{ match order.n {{ {} _ => {{}} }} Ok(1) }}",
            arms.join(" ")
        ));
        let begins = text.lines().filter(|line| line.contains("BeginBranch"));
        let begins: BTreeSet<&str> = begins
            .filter_map(|line| line.trim_start().split(':').next())
            .collect();
        assert!(!text.contains("`Begin"), "{text}");
        assert_eq!(begins.len(), branches * arms.len(), "{text}");
    }
}

#[test]
fn an_edit_inside_of_other_code_changes_no_name_of_a_state_nearer_to_the_start() {
    let before = names(&states(EQUAL_NAMES));
    let near = [
        "IfN",
        "IfNOver100",
        "Step",
        "StepSecond",
        "Sleep",
        "TryJoin",
        "TryJoinC",
        "AssertC",
    ];
    let mut count = 0;
    for inside in [
        "tell(&order.id, \"x\").await;",
        "if order.n > 7 { step(7).await?; }",
        "sleep(secs(7)).await;",
        "return Err(Bad::TooLarge { by: 7 });",
    ] {
        let statement = format!("if audited(&order).await {{ {inside} }}");
        for edited in with_statement(EQUAL_NAMES, &statement) {
            let text = states(&edited);
            let after = names(&text);
            for name in near {
                assert!(
                    before.contains(name) && after.contains(name),
                    "no `{name}`: {edited}\n{text}"
                );
            }
            count += 1;
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn a_subject_without_the_name_of_a_variable_makes_no_panic() {
    let text = states(
        r#"async fn unnamed(order: Order) -> i64 {
    let none = match find(&order)(&order).await { Ok(0) => 1, Ok(_) => 2, Err(_) => 3 };
    if let Some(one) = find(&order)(&order).await && one.is_due { note(none).await; }
    let number = match _1(&order).await { 0 => 1, _ => 2 };
    for _2 in &order.items { note(_2).await; }
    let sum = number + find(&order)(&order).await;
    match r#match(&order).await { 0 => sum, _ => number }
}"#,
    );
    assert!(text.contains("error: "), "{text}");
    let text = states(
        r#"async fn numbered(order: Order) -> i64 {
    for _2 in vec![order.total, 2] { note(_2).await; }
    match _1(&order).await { 0 => 1, n if n > 2 => 2, _ => 3 }
}"#,
    );
    assert_states(
        &text,
        "Begin: pass; list = vec ![order.total, 2]; index = 0usize; | next -> Each2
Each2: choice; | if index < list.len() unused2 = list[index]; index = index + 1; -> Note | else -> State4
Note: note(unused2); | next -> Each2
State4: result = _1(order); | end match result { 0 => 1, n if n > 2 => 2, _ => 3 }
",
    );
}
