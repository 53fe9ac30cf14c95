//! A definition identifies a task by its name, so two tasks have two names.

use stepwright::function::*;

mod domestic {
    use stepwright::task;

    #[task]
    pub(super) async fn ship(order: String) -> String {
        order
    }
}

mod abroad {
    use stepwright::task;

    #[task]
    pub(super) async fn ship(order: String) -> String {
        order
    }

    #[task(name = "ShipAbroad")]
    pub(super) async fn renamed(order: String) -> String {
        order
    }
}

/// Calls two tasks with one name.
#[workflow]
async fn ambiguous(order: String) -> String {
    let first = domestic::ship(order).await;
    abroad::ship(first).named("Abroad").await
}

/// Calls two tasks with two names, one of them twice.
#[workflow]
async fn distinct(order: String) -> String {
    let first = domestic::ship(order).await;
    let second = domestic::ship(first).named("Again").await;
    abroad::renamed(second).await
}

#[test]
fn two_tasks_with_one_name_are_refused_when_the_definition_is_built() {
    let faults = Ambiguous::build().unwrap_err().to_string();
    assert!(
        faults.contains("domestic::ship` and `")
            && faults.contains(
                "abroad::ship` have one name, `Ship`: write `#[task(name = \"..\")]` on one of them"
            ),
        "{faults}"
    );
    assert!(Distinct::build().is_ok());
}
