//! Prints the IAM policy, the cost and the conversion of a definition in JSON:
//! `cargo run -p stepwright-tools --example report -- orders.asl.json`

use std::error::Error;
use std::{env, fs};

use stepwright_asl::StateMachine;
use stepwright_tools::convert::Converter;
use stepwright_tools::estimate::{Estimate, EstimateOptions};
use stepwright_tools::policy::{Policy, PolicyOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let file = env::args().nth(1).ok_or("name a file with a definition")?;
    let text = fs::read_to_string(file)?;
    let machine = StateMachine::from_json(&text)?;

    let policy = Policy::of(&machine, &PolicyOptions::new("Example"));
    println!("{}", policy.to_json_pretty());
    for warning in policy.warnings() {
        println!("{}", warning.message);
    }

    println!("{}", Estimate::of(&machine, &EstimateOptions::new()));

    for definition in Converter::new().convert_json(&text)?.definitions {
        let conversion = definition.conversion;
        println!("{} states can be JSONata", conversion.states.len());
        for note in conversion.notes {
            println!("{}: {}", note.state, note.message);
        }
    }
    Ok(())
}
