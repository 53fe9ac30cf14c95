//! How long a Lambda function takes from its start to its request for the first call, and to its
//! response: a function of Stepwright compared with one that uses only lambda_runtime.
//!
//! `cargo run --release -p stepwright-aws-tests --bins` builds the programs; `--bin cold_start`
//! measures them.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use stepwright_aws_tests::runtime_api::RuntimeApi;

/// How often each program is started, alternately.
const STARTS: usize = 201;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let own = std::env::current_exe()?;
    let folder = own
        .parent()
        .ok_or("the program's path has no parent directory")?;
    let programs: [(&str, PathBuf, Option<&str>); 2] = [
        ("bare", folder.join("bare"), None),
        ("functions", folder.join("functions"), Some("TwoTimes")),
    ];
    if let Some((name, ..)) = programs.iter().find(|(_, path, _)| !path.exists()) {
        return Err(
            format!("`{name}` is not built; build all programs of this package first").into(),
        );
    }
    let mut asked: [Vec<Duration>; 2] = Default::default();
    let mut answered: [Vec<Duration>; 2] = Default::default();
    for _ in 0..STARTS {
        for (which, (_, path, task)) in programs.iter().enumerate() {
            let api = RuntimeApi::start().await;
            let began = Instant::now();
            let _function = api.spawn(path, *task);
            api.asked().await;
            asked[which].push(began.elapsed());
            let _ = api
                .invoke(r#"{"number": 2, "plus": null}"#)
                .await
                .response();
            answered[which].push(began.elapsed());
        }
    }
    for (which, (name, ..)) in programs.iter().enumerate() {
        let (asked, answered) = (median(&mut asked[which]), median(&mut answered[which]));
        println!(
            "{name:10} asks after {asked:?}, has answered after {answered:?} (medians of {STARTS})"
        );
    }
    Ok(())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
