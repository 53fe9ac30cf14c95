//! The `let`s of one state: each can read the earlier ones, and a call's result is used in its own
//! state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::prelude::*;
use stepwright_runtime::Engine;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Trip {
    traveller: String,
    nights: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Car {
    plate_number: String,
    price: f64,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum CarError {
    #[error("no car")]
    None,
}

/// A car for the trip.
#[task]
async fn book_car(trip: Trip) -> Result<Car, CarError> {
    if trip.nights == 0 {
        return Err(CarError::None);
    }
    Ok(Car {
        plate_number: format!("{}-{}", trip.traveller, trip.nights),
        price: 10.0 * f64::from(trip.nights),
    })
}

/// Cars for the trip.
#[task]
async fn list_cars(trip: Trip) -> Vec<Car> {
    book_car(trip).await.into_iter().collect()
}

fn trip() -> Value {
    json!({"traveller": "Ada", "nights": 3})
}

async fn run<W: Workflow>(input: Value) -> Value {
    let engine = Engine::builder().register::<W>().virtual_time().build();
    let engine = engine.expect("the workflow can be run");
    let input = serde_json::from_value(input).expect("the input is of its type");
    let run = engine.start::<W>(input).await.expect("it starts");
    let output = run.await.expect("it succeeds");
    serde_json::to_value(output).expect("the output is JSON")
}

workflow! {
    workflow Later(trip: Trip) -> (u32, String, String, u32) {
        pass Begin { let n = 0; next Count; }
        pass Count {
            let n = n + 1;
            let label = format!("try {n}");
            let twice = n * 2;
            let both = format!("{twice}/{twice} {label}");
            next Edge;
        }
        choice Edge {
            when n > 0 => { let m = n + trip.nights; let squared = m * m; next Done; }
            otherwise fail;
        }
        succeed Done { (m, label, both, squared) }
    }

    workflow Shadowed(trip: Trip) -> Vec<u32> {
        pass Begin { let x = 100; let item = 1; next Work; }
        pass Work {
            let base = x + item + trip.nights;
            let x = 2;
            let list = vec![1, 2].iter().map(|x| x + base + base).collect::<Vec<u32>>();
            let other = list.iter().map(|item| item + x).collect::<Vec<u32>>();
            next Done;
        }
        succeed Done { other }
    }

    workflow Ending(trip: Trip) -> (String, String) {
        pass Only {
            let a = trip.nights + 1;
            let b = a * a;
            let _unread = b;
            end (format!("{b}"), format!("{a}{a}"));
        }
    }

    workflow Caught(trip: Trip) -> String {
        task Book {
            let car = book_car(trip);
            let plate = car.plate_number;
            catch CarError::None => { let nights = trip.nights + 1; let why = format!("{nights}!"); next Say; }
            next Done;
        }
        pass Say { end why; }
        succeed Done { plate }
    }
}

#[tokio::test]
async fn a_later_let_reads_an_earlier_one() {
    assert_eq!(
        run::<Later>(trip()).await,
        json!([4, "try 1", "2/2 try 1", 16])
    );
}

#[tokio::test]
async fn inlined_lets_keep_their_meaning_under_shadowed_names() {
    // base = 100 + 1 + 3; then [1 + 208, 2 + 208], plus 2.
    assert_eq!(run::<Shadowed>(trip()).await, json!([211, 212]));
}

#[tokio::test]
async fn lets_of_a_state_that_ends_read_each_other() {
    assert_eq!(run::<Ending>(trip()).await, json!(["16", "44"]));
}

#[tokio::test]
async fn lets_of_a_catch_read_each_other() {
    let broke = json!({"traveller": "Ada", "nights": 0});
    assert_eq!(run::<Caught>(broke).await, json!("1!"));
    assert_eq!(run::<Caught>(trip()).await, json!("Ada-3"));
}

workflow! {
    workflow Wrapped(trip: Trip) -> Option<Car> {
        task Book { let car = Some(book_car(trip)); next Done; }
        succeed Done { car }
    }

    workflow Priced(trip: Trip) -> (f64, String, f64) {
        task Book {
            let total = book_car(trip).price * 1.2;
            let text = format!("{} for {total}", trip.traveller);
            let half = total / 2.0;
            next Done;
        }
        succeed Done { (total, text, half) }
    }

    workflow InFormat(trip: Trip) -> String {
        task Book {
            let text = format!("{}: {}", trip.traveller, book_car(trip).plate_number);
            end text;
        }
    }

    workflow InMatches(trip: Trip) -> (bool, u32) {
        task Book {
            let is_cheap = matches!(book_car(trip), Car { price, .. } if price < 100.0);
            let count = u32::from(is_cheap) + trip.nights;
            timeout (trip.nights + 60);
            end (is_cheap, count);
        }
    }

    workflow Indexed(trip: Trip) -> (Car, Vec<Car>, u32) {
        task Book {
            let first = list_cars(trip)[0].price;
            next Again;
        }
        task Again {
            let cars = list_cars(trip);
            let same = cars;
            let nights = u32::from(first > 0.0);
            end (same[0], cars, nights);
        }
    }

    workflow Behind(trip: Trip) -> (Vec<String>, u32, String) {
        parallel Both {
            let (car, nights) =
                branch { task Book { let car = book_car(trip); end car; } }
                branch { pass Count { end trip.nights; } };
            let plate = car.plate_number;
            let more = nights + 1;
            next Each;
        }
        map Each {
            let cars = for night in vec![1u32, 2] {
                task BookOne {
                    let plate = book_car(Trip { traveller: format!("{night}"), nights: night }).plate_number;
                    end plate;
                }
            };
            let upper = cars.iter().map(|car| format!("<{car}>")).collect::<Vec<String>>();
            let count = cars.len() as u32 + more;
            next Done;
        }
        succeed Done { (upper, count, plate) }
    }

    /// A tuple of one is taken apart as in Rust.
    workflow Alone(trip: Trip) -> String {
        parallel One {
            let (car,) = branch { task Book { let car = book_car(trip); end car; } };
            let text = format!("{} has {}", trip.traveller, car.plate_number);
            next Again;
        }
        pass Again { let (nights,) = (trip.nights,); next Done; }
        succeed Done { format!("{text} for {nights}: {}", car.price) }
    }

    fragment Booked(trip: Trip) -> Car {
        task Book { let car = book_car(trip); end car; }
    }

    workflow Included(trip: Trip) -> (String, f64) {
        include First {
            let car = Booked(trip);
            let plate = car.plate_number;
            let price = car.price + 0.5;
            next Done;
        }
        succeed Done { (plate, price) }
    }
}

#[tokio::test]
async fn a_call_result_is_used_in_its_own_state() {
    let car = json!({"plateNumber": "Ada-3", "price": 30.0});
    assert_eq!(run::<Wrapped>(trip()).await, car.clone());
    assert_eq!(
        run::<Priced>(trip()).await,
        json!([36.0, "Ada for 36", 18.0])
    );
    assert_eq!(run::<InFormat>(trip()).await, json!("Ada: Ada-3"));
    assert_eq!(run::<InMatches>(trip()).await, json!([true, 4]));
    assert_eq!(
        run::<Indexed>(trip()).await,
        json!([car.clone(), [car.clone()], 1])
    );
    let long = json!({"traveller": "Ada", "nights": 10});
    assert_eq!(run::<InMatches>(long).await, json!([false, 10]));
    assert_eq!(run::<Alone>(trip()).await, json!("Ada has Ada-3 for 3: 30"));
    assert_eq!(
        run::<Behind>(trip()).await,
        json!([["<1-1>", "<2-2>"], 6, "Ada-3"])
    );
    assert_eq!(run::<Included>(trip()).await, json!(["Ada-3", 30.5]));
}

#[test]
fn a_call_and_the_use_of_its_result_are_one_state() {
    let definition: Value = serde_json::from_str(&Wrapped::definition().to_json()).unwrap();
    let states = definition["States"].as_object().unwrap();
    assert_eq!(states.keys().collect::<Vec<_>>(), ["Book", "Done"]);
    assert_eq!(
        states["Book"]["Assign"],
        json!({"car": "{% $states.result.Payload %}"})
    );
}

workflow! {
    workflow Paths(trip: Trip) -> String {
        query_language JSONPath;
        task Book { let car = book_car(trip); let plate = car.plate_number; let again = format!("{plate}!"); next Done; }
        pass Done { end again; }
    }

    workflow PathsCannot(trip: Trip) -> f64 {
        query_language JSONPath;
        task Book { let total = book_car(trip).price * 1.2; next Done; }
        pass Done { end total; }
    }
}

#[tokio::test]
async fn jsonpath_states_inline_paths_of_the_result() {
    assert_eq!(run::<Paths>(trip()).await, json!("Ada-3!"));
}

#[test]
fn an_expression_beyond_jsonpath_is_refused_with_a_hint() {
    let faults = PathsCannot::build().unwrap_err().to_string();
    assert!(faults.contains("query_language JSONata;"), "{faults}");
}

workflow! {
    workflow Words(r#type: Trip) -> (u32, u32) {
        pass Begin { let r#match = r#type.nights; let r#fn = format!("{match}"); next Each; }
        map Each {
            let all = for r#loop in vec![1u32, 2] {
                pass Begin2 { next Inner; }
                pass Inner { end r#loop + r#match; }
            };
            next Decide;
        }
        choice Decide {
            match all.first() {
                Some(r#impl) => { let r#struct = *r#impl + 1; next Done; },
                None => Nothing,
            }
        }
        succeed Done { (r#struct, r#fn.chars().count() as u32) }
        fail Nothing;
    }
}

#[tokio::test]
async fn variables_may_have_names_of_rust_keywords() {
    assert_eq!(run::<Words>(trip()).await, json!([5, 1]));
    let text = Words::definition().to_json();
    assert!(!text.contains("r#"), "{text}");
}

workflow! {
    workflow OwnWords(task: Trip) -> (u32, u32, u32) {
        pass Begin { let pass = task.nights; let choice = pass + 1; let end = choice + 1; next Decide; }
        choice Decide {
            when end > pass && choice != 0 => { let next = end + 1; let state = next; next Done; }
            otherwise fail;
        }
        succeed Done { (task.nights + pass, next, end + state) }
    }
}

#[tokio::test]
async fn variables_may_have_names_of_macro_keywords() {
    assert_eq!(run::<OwnWords>(trip()).await, json!([6, 6, 11]));
}

workflow! {
    workflow Tolerant(trip: Trip) -> Vec<String> {
        map Each {
            distributed;
            tolerated_failures trip.nights %;
            let all = for night in vec![1u32, 2] { pass Only { end format!("{night}"); } };
            end all;
        }
    }
}

#[test]
fn the_tolerated_failure_percentage_may_be_computed() {
    let definition: Value = serde_json::from_str(&Tolerant::definition().to_json()).unwrap();
    assert_eq!(
        definition["States"]["Each"]["ToleratedFailurePercentage"],
        json!("{% $states.context.Execution.Input.nights %}")
    );
}
