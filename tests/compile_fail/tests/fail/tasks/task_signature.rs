use stepwright::prelude::*;

#[task]
async fn method(&self, amount: f64) -> f64 {
    amount
}

#[task]
async fn generic<T>(value: T) -> u8 {
    let _ = value;
    1
}

#[task]
async fn pattern((a, b): (u8, u8)) -> u8 {
    a + b
}

#[task]
async fn borrowed(name: &str) -> usize {
    name.len()
}

#[task]
async fn late_context(amount: f64, context: &TaskContext) -> f64 {
    let _ = context;
    amount
}

fn main() {}
