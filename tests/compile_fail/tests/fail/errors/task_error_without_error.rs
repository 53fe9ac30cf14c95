use stepwright::prelude::*;

#[derive(Debug, TaskError)]
struct Declined;

#[task]
async fn charge_card(amount: f64) -> Result<f64, Declined> {
    if amount > 1.0 { Err(Declined) } else { Ok(amount) }
}

workflow! {
    workflow Pay(amount: f64) -> f64 {
        task Charge {
            let charged = charge_card(amount);
            catch Declined => Nothing;
            end charged;
        }
        succeed Nothing { 0.0 }
    }
}

fn main() {}
