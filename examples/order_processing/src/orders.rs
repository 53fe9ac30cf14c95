//! The orders that the example runs, each with its outcome.

use super::domain::{Card, Customer, Item, Order};

/// An order and its outcome.
#[derive(Debug, Clone)]
pub struct Fate {
    /// A short description of the outcome.
    pub story: &'static str,
    /// The order.
    pub order: Order,
    /// The reviewer's decision; with `None` the reviewer never decides.
    pub review: Option<Result<(), &'static str>>,
}

/// Orders with different outcomes.
#[must_use]
pub fn orders() -> Vec<Fate> {
    vec![
        fate(
            "a small order goes straight through",
            order(
                "A-1",
                "Ada",
                "4242",
                &[("lamp", 2, 79.5), ("bulb", 6, 4.25)],
            ),
        ),
        fate(
            "the payment gateway times out once and is asked again",
            order("A-2", "Grace", "0004", &[("desk", 1, 420.0)]),
        ),
        fate(
            "the card is declined",
            order("A-3", "Edsger", "0002", &[("chair", 4, 89.0)]),
        ),
        Fate {
            review: Some(Ok(())),
            ..fate(
                "a large order is approved by a human",
                order("A-4", "Barbara", "4242", &[("sofa", 1, 1890.0)]),
            )
        },
        Fate {
            review: Some(Err("the address is a warehouse")),
            ..fate(
                "a large order is refused by a human",
                order("A-5", "Ken", "4242", &[("gold bar", 3, 9_900.0)]),
            )
        },
        fate(
            "a large order gets no decision",
            order("A-6", "Dennis", "4242", &[("yacht", 1, 250_000.0)]),
        ),
        fate(
            "an item is out of stock, so the card is refunded",
            order(
                "A-7",
                "Alan",
                "4242",
                &[("lamp", 1, 79.5), ("unicorn", 1, 12.0)],
            ),
        ),
        fate("the order is empty", order("A-8", "Niklaus", "4242", &[])),
    ]
}

fn fate(story: &'static str, order: Order) -> Fate {
    Fate {
        story,
        order,
        review: None,
    }
}

fn order(id: &str, name: &str, card: &str, items: &[(&str, u32, f64)]) -> Order {
    Order {
        id: id.to_owned(),
        customer: Customer {
            name: name.to_owned(),
            vip: false,
        },
        items: items
            .iter()
            .map(|&(sku, quantity, unit_price)| Item {
                sku: sku.to_owned(),
                quantity,
                unit_price,
            })
            .collect(),
        card: Card {
            number: format!("4000 0000 0000 {card}"),
        },
    }
}
