//! Fragments: groups of states that are included several times under different names.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use stepwright::prelude::*;
use stepwright_runtime::Engine;

/// The content of a library crate: its own payloads, tasks and errors, and two fragments.
mod parts {
    use super::*;

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Card {
        pub(super) holder_name: String,
        pub(super) limit: u32,
    }

    #[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema, Payload)]
    pub(super) enum Speed {
        Slow,
        Fast,
    }

    #[derive(Debug, thiserror::Error, TaskError)]
    pub(super) enum CardError {
        #[error("declined: {reason}")]
        Declined { reason: String },
        #[error("the gateway is away")]
        Away,
    }

    #[task]
    pub(super) async fn reserve(holder: String, amount: u32) -> Result<String, CardError> {
        match holder.as_str() {
            "away" => Err(CardError::Away),
            "broke" => Err(CardError::Declined {
                reason: format!("{amount} is too much"),
            }),
            _ => Ok(format!("{holder}/{amount}")),
        }
    }

    workflow! {
        /// Reserves money.
        pub(super) fragment Reserve(card: Card, amount: u32, speed: Speed) -> String {
            choice Within {
                when amount <= card.limit => Ask;
                otherwise => { let over = amount - card.limit; next Above; }
            }
            /// Asks the bank.
            task Ask {
                let reserved = reserve(card.holder_name, amount);
                next Say;
            }
            pass Say {
                let twice: String = jsonata!("$reserved & '+' & $reserved");
                next Fast;
            }
            choice Fast {
                match speed {
                    Speed::Fast => Now,
                    Speed::Slow => Later,
                }
            }
            wait Later { seconds 60; next Now; }
            pass Now { end format!("{reserved}: {} {}", twice, [1u32, 2].iter().filter(|card| **card < amount).count()); }
            exit Above -> u32 { over }
        }

        /// A fragment of fragments, and of a map's body.
        pub(super) fragment ReserveEach(cards: Vec<Card>, amount: u32) -> Vec<String> {
            map Each {
                let all = for card in cards {
                    include One {
                        let reserved = Reserve(card, amount, Speed::Fast);
                        exit Above as over => Over;
                        end reserved;
                    }
                    pass Over { end format!("{over} over"); }
                };
                next Count;
            }
            choice Count {
                when all.is_empty() => Nobody;
                otherwise => Done;
            }
            pass Done { end all; }
            exit Nobody;
        }
    }
}

use parts::{Card, CardError, Reserve, ReserveEach, Speed};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Trip {
    card: Card,
    flight: u32,
    hotel: u32,
    others: Vec<Card>,
}

workflow! {
    /// Reserves twice under two names, and once for each other traveller.
    workflow Booking(trip: Trip) -> Vec<String> {
        include Flight {
            let flight = Reserve(trip.card, trip.flight, Speed::Fast);
            catch CardError::Declined { reason } => Refused;
            catch States::ALL as error => Broken;
            exit Above as over => { let reason = format!("the flight is {over} too much"); next Refused; }
            next Hotel;
        }
        #[name = "The hotel"]
        include Hotel {
            let hotel = Reserve(trip.card, trip.hotel, Speed::Slow);
            exit Above => Bus;
            next Others;
        }
        pass Bus { let hotel = "a bus".to_string(); next Others; }
        include Others {
            let others = ReserveEach(trip.others, trip.flight);
            exit Nobody => Alone;
            next Together;
        }
        pass Alone { end vec![flight, hotel]; }
        pass Together { end vec![flight, hotel, others.join(" ")]; }
        fail Refused { "Refused", reason }
        fail Broken { "Broken", error.error.unwrap_or_default() }
    }

    /// A fragment that is all of a workflow, and ends it.
    workflow Alone(trip: Trip) -> Option<String> {
        include Only {
            let reserved = Reserve(trip.card, trip.flight, Speed::Fast);
            exit Above => Nothing;
            end Some(reserved);
        }
        pass Nothing { end None; }
    }
}

workflow! {
    /// In JSONPath, independent of the workflow's query language.
    fragment Shift(by: i32, name: String) -> String {
        query_language JSONPath;
        pass Add { let sum = by + 1; next Say; }
        pass Say { let text: String = intrinsic!("States.Format('{}', $sum)"); next Check; }
        choice Check {
            when by > 100 => Far;
            otherwise => Near;
        }
        pass Near { end format!("{name} {text}"); }
        exit Far -> i32 { sum }
    }

    workflow Shifting(trip: Trip) -> String {
        pass Start { let steps = 1; let shifted = "nothing".to_string(); next Shifted; }
        include Shifted {
            let shifted = Shift(steps, trip.card.holder_name);
            exit Far as far => { let steps = far; next Long; }
            next Again;
        }
        choice Again {
            when steps > 1 => Done;
            otherwise => { let steps = steps + 200; next Shifted; }
        }
        pass Long { end format!("{shifted}, then {steps}"); }
        succeed Done { shifted }
    }
}

fn card(holder: &str, limit: u32) -> Card {
    Card {
        holder_name: holder.to_owned(),
        limit,
    }
}

fn trip(holder: &str, flight: u32, hotel: u32, others: &[(&str, u32)]) -> Trip {
    Trip {
        card: card(holder, 100),
        flight,
        hotel,
        others: others
            .iter()
            .map(|(name, limit)| card(name, *limit))
            .collect(),
    }
}

async fn book(trip: Trip) -> Result<Vec<String>, String> {
    let engine = Engine::builder()
        .register::<Booking>()
        .virtual_time()
        .build();
    let engine = engine.expect("the workflow can be run");
    let run = engine.start::<Booking>(trip).await.expect("it starts");
    run.await.map_err(|failed| format!("{failed:?}"))
}

#[tokio::test]
async fn states_of_a_fragment_run_in_place_of_the_include() {
    let booked = book(trip("ann", 10, 20, &[("bob", 30), ("cid", 5)])).await;
    assert_eq!(
        booked.expect("all is reserved"),
        [
            "ann/10: ann/10+ann/10 2",
            "ann/20: ann/20+ann/20 2",
            "bob/10: bob/10+bob/10 2 5 over"
        ]
    );
}

#[tokio::test]
async fn an_exit_leads_to_the_state_that_the_include_names() {
    let booked = book(trip("ann", 10, 200, &[])).await;
    assert_eq!(
        booked.expect("there is a bus"),
        ["ann/10: ann/10+ann/10 2", "a bus"]
    );
    let refused = book(trip("ann", 130, 1, &[])).await.expect_err("too much");
    assert!(refused.contains("the flight is 30 too much"), "{refused}");
}

#[tokio::test]
async fn a_catch_of_the_include_catches_errors_of_its_states() {
    let refused = book(trip("broke", 10, 1, &[])).await.expect_err("declined");
    assert!(refused.contains("10 is too much"), "{refused}");
    let broken = book(trip("away", 10, 1, &[])).await.expect_err("away");
    assert!(broken.contains("CardError.Away"), "{broken}");
}

#[tokio::test]
async fn a_fragment_can_end_the_workflow() {
    let engine = Engine::builder().register::<Alone>().virtual_time().build();
    let engine = engine.expect("the workflow can be run");
    for (flight, reserved) in [(10, json!("ann/10: ann/10+ann/10 2")), (101, json!(null))] {
        let run = engine.start::<Alone>(trip("ann", flight, 1, &[])).await;
        let given = run.expect("it starts").await.expect("it ends");
        assert_eq!(json!(given), reserved);
    }
}

#[test]
fn the_definition_equals_its_reviewed_snapshot() {
    insta::assert_snapshot!(Booking::definition().to_json_pretty());
}

#[tokio::test]
async fn a_fragment_with_its_own_query_language_runs_in_a_loop() {
    let engine = Engine::builder()
        .register::<Shifting>()
        .virtual_time()
        .build();
    let engine = engine.expect("the workflow can be run");
    let run = engine.start::<Shifting>(trip("ann", 1, 1, &[])).await;
    let given = run.expect("it starts").await.expect("it ends");
    assert_eq!(given, "ann 2, then 202");
}

/// The fragments of `docs/reference/language.md`.
mod page {
    use super::*;

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
    pub(super) struct Order {
        pub(super) total: f64,
    }

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
    pub(super) struct Answer {
        pub(super) approved: bool,
        pub(super) reviewer: String,
    }

    #[task]
    pub(super) async fn ask_reviewer(order: Order, task_token: String);

    workflow! {
        /// Has a reviewer look at an order.
        pub(super) fragment Review(order: Order, patience: u32) -> String {
            task Ask {
                let answer: Answer = wait_for_task_token ask_reviewer(order, task_token);
                timeout patience;
                catch States::Timeout => Late;
                next Decide;
            }
            choice Decide {
                when answer.approved => Approved;
                otherwise => Refused;
            }
            pass Approved { end answer.reviewer; }
            exit Refused -> String { format!("{} says no", answer.reviewer) }
            exit Late;
        }

        pub(super) workflow Purchase(order: Order) -> String {
            include First {
                let first = Review(order, 3600);
                exit Refused as reason => Reject;
                exit Late => { let reason = "no answer arrived".to_string(); next Reject; }
                next Second;
            }
            include Second {
                Review(order, 7200);
                exit Refused as reason => Reject;
                exit Late => Done;
                next Done;
            }
            succeed Done { first }
            fail Reject { "Rejected", reason }
        }
    }
}

#[test]
fn the_page_shows_this_fragment_and_its_emitted_states() {
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = include_str!("../../docs/reference/language.md");
    let section = page.split("\n## fragments\n").nth(1).expect("the section");
    let mut blocks = section.split("```");
    let code = blocks
        .nth(1)
        .and_then(|code| code.strip_prefix("rust,ignore"));
    let code = squeeze(code.expect("the example"));
    let here = squeeze(include_str!("fragments.rs")).replace("pub(super) ", "pub ");
    assert!(
        here.contains(&code),
        "the example differs from the compiled one"
    );
    let states = blocks.nth(1).and_then(|code| code.strip_prefix("json"));
    let states = format!("{{{}}}", states.expect("its states"));
    let shown: serde_json::Value = serde_json::from_str(&states).expect("JSON");
    let made: serde_json::Value =
        serde_json::from_str(&page::Purchase::definition().to_json()).expect("JSON");
    let shown = shown.as_object().expect("an object");
    assert_eq!(shown.len(), 4);
    for (name, state) in shown {
        assert_eq!(&made["States"][name], state, "{name}");
    }
}
