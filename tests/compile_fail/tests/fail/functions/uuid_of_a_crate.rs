#![allow(unused)]
use stepwright::function::*;

mod uuid {
    pub struct Uuid;
    impl Uuid {
        pub fn new_v4() -> String {
            String::new()
        }
    }
}
use uuid::Uuid;

#[task]
async fn save(id: String);

#[workflow]
async fn order(count: i64) -> i64 {
    save(Uuid::new_v4()).await;
    count
}

fn main() {}
