use stepwright::function::*;

#[expression]
fn checked(n: i64) -> Result<i64, String> {
    if n > 0 { Ok(n) } else { Err("negative".to_owned()) }
}

fn main() {}
