use stepwright::function::*;

#[expression]
fn fee(n: i64) -> i64 {
    match n {
        #[cfg(test)]
        1 => 100,
        _ => 5,
    }
}

fn main() {}
