//! When a definition is built, the texts in `jsonata!`, `path!` and `intrinsic!` are checked with
//! the types of the values that they read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: String,
    total: f64,
    lines: Vec<Line>,
    customer: Option<Customer>,
    #[serde(flatten)]
    address: Address,
    extra: serde_json::Value,
    labels: std::collections::BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Line {
    price: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Customer {
    name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Address {
    street: String,
}

#[task]
async fn check(order: Order) -> Order {
    order
}

workflow! {
    /// Reads existing fields in every syntax.
    workflow Right(order: Order) -> f64 {
        allow unused_variables;
        task Check { let checked = check(order); next Compute; }
        pass Compute {
            let total: f64 = jsonata!("$sum($checked.lines[price > 1].price) + $states.context.Execution.Input.total");
            let name: String = jsonata!("$checked.customer.name & $checked.street & $checked.extra.any.thing & $checked.labels.colour");
            let first: f64 = jsonata!("$checked.lines[0].price");
            let local: f64 = jsonata!("($c := $checked; $c.anything; $map($checked.lines, function($l) { $l.price })[0])");
            next Select;
        }
        pass Select {
            query_language JSONPath;
            let id: String = path!("$checked.orderId");
            let price: f64 = path!("$checked.lines[0].price");
            let text: String = intrinsic!("States.Format('{} {}', $checked.orderId, $$.Execution.Input.total)");
            next Done;
        }
        pass Done { end total; }
    }

    /// Reads values that do not exist.
    workflow Wrong(order: Order) -> f64 {
        allow unused_variables;
        task Check2 {
            let checked = check(order);
            next Compute2;
        }
        pass Compute2 {
            let total: f64 = jsonata!("$sum($checked.lines.prize) + $states.context.Execution.Input.totl");
            let name: String = jsonata!("$checked.customer.nmae & $checked.order_id");
            let deep: String = jsonata!("$checked.total.value");
            next Select2;
        }
        pass Select2 {
            query_language JSONPath;
            let id: String = path!("$checked.orderID");
            let text: String = intrinsic!("States.Format('{}', $$.Execution.Input.ordrId)");
            next Done2;
        }
        pass Done2 { end total; }
    }
}

#[test]
fn existing_fields_are_accepted() {
    let built = Right::build();
    assert!(built.is_ok(), "{}", built.unwrap_err());
}

#[test]
fn a_missing_field_is_a_fault_with_its_location() {
    let faults = Wrong::build().expect_err("fields are not there");
    let said = faults.iter().map(|fault| {
        let place = fault.location.source.expect("the macro knows the place");
        assert!(place.file().ends_with("tests/literals.rs"), "{place}");
        format!(
            "in state `{}`: {}",
            fault.location.state.as_deref().unwrap_or_default(),
            fault.message
        )
    });
    insta::assert_snapshot!(said.collect::<Vec<_>>().join("\n"));
}
