use stepwright::function::*;

#[expression]
fn name(n: i64) -> String {
    if n == 0 { jsonata!("$states.context.State.Name") } else { "other".to_owned() }
}

fn main() {}
