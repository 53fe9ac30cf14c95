//! A `catch` binds new variables, and assigns only those that something reads.

use serde_json::Value;
use stepwright::prelude::*;
use stepwright_runtime::Engine;

#[derive(Debug, thiserror::Error, TaskError)]
enum PayError {
    #[error("declined")]
    Declined { reason: String, code: i32 },
}

#[task]
async fn pay(n: i32) -> Result<i32, PayError> {
    match n {
        ..0 => Err(PayError::Declined {
            reason: format!("{n} is too little"),
            code: n,
        }),
        n => Ok(n),
    }
}

workflow! {
    workflow Nested(numbers: Vec<i32>) -> Vec<String> {
        map Each {
            let texts = for n in numbers {
                task Pay {
                    let paid = pay(n);
                    catch States::ALL as failure => Inner;
                    next Paid;
                }
                pass Paid { end format!("{}", paid); }
                map Inner {
                    let inner = for m in vec![n] {
                        task Again {
                            let paid = pay(m - 1);
                            catch PayError::Declined { reason: failure, .. } => Twice;
                            end format!("{}", paid);
                        }
                        pass Twice { end failure; }
                    };
                    next Once;
                }
                pass Once { end format!("{}: {}", failure.error.unwrap_or_default(), inner.join(",")); }
            };
            catch States::ALL as failure => Failed;
            next Done;
        }
        pass Done { end texts; }
        pass Failed { end vec![failure.cause.unwrap_or_default()]; }
    }
}

workflow! {
    workflow Unread(n: i32) -> i32 {
        task Pay {
            let paid = pay(n);
            catch PayError::Declined { reason, code } => Declined;
            catch States::ALL as failure => Failed;
            end paid;
        }
        pass Declined { end code; }
        pass Failed { end 0; }
    }
}

#[tokio::test]
async fn inner_and_outer_catches_bind_the_same_name() {
    let engine = Engine::builder().register::<Nested>().virtual_time();
    let engine = engine.build().unwrap();
    let given = engine.execute::<Nested>(vec![1, -3]).await.unwrap();
    assert_eq!(given, ["1", "PayError.Declined: -4 is too little"]);
}

#[test]
fn an_unread_caught_value_is_not_assigned() {
    let definition = Unread::definition();
    let machine: Value = serde_json::from_str(&definition.to_json()).unwrap();
    let catch = &machine["States"]["Pay"]["Catch"];
    let assigned: Vec<&String> = catch[0]["Assign"].as_object().unwrap().keys().collect();
    assert_eq!(assigned, ["code"], "`reason` is not read");
    assert!(catch[1].get("Assign").is_none(), "{catch}");
}
