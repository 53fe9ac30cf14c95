use stepwright::function::*;

#[task]
async fn price(item: String) -> f64;

fn main() {
    let _ = PlainRun::new().returns::<price>(Ok(9.5));
}
