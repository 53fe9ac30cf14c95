use stepwright::function::*;

#[expression]
fn is_late(deadline: &str) -> bool {
    deadline < stepwright::functions::now().as_str()
}

fn main() {}
