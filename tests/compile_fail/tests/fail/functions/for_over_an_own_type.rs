use stepwright::function::*;
use stepwright_compile_fail::*;

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, schemars::JsonSchema, stepwright::Payload)]
pub struct Bag {
    items: Vec<Item>,
}

impl IntoIterator for Bag {
    type Item = Item;
    type IntoIter = std::vec::IntoIter<Item>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

#[workflow]
async fn orders(bag: Bag) {
    for item in bag {
        pack_item(item).await;
    }
}

fn main() {}
