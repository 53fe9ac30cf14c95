use stepwright::function::*;

#[task]
async fn price(item: String) -> f64;

fn main() {
    let _ = PlainRun::new().mock::<price>(|_item| 9.5);
}
