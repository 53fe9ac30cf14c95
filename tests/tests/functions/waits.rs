//! Waits of a plain run end as those of the engine, also beyond the longest execution.

use stepwright::function::*;
use stepwright_runtime::Engine;

#[workflow]
async fn waits(seconds: u64) -> u64 {
    sleep(secs(seconds)).await;
    #[state(Again)]
    sleep(days(1)).await;
    seconds
}

#[tokio::test]
async fn a_computed_wait_beyond_the_longest_execution_fails_in_a_plain_run() {
    const DAY: u64 = 86_400;
    let engine = Engine::builder().register::<Waits>().virtual_time();
    let engine = engine.build().unwrap();
    for seconds in [
        0,
        365 * DAY,
        366 * DAY,
        400 * DAY,
        2_147_483_647,
        2_147_483_648,
    ] {
        let run = PlainRun::new();
        let plain = run
            .block_on(waits(seconds))
            .map_err(|failure| failure.error);
        // The engine's status says that the execution timed out.
        let started = engine.start::<Waits>(seconds).await.unwrap();
        let ended = started
            .await
            .map_err(|failure| failure.error.unwrap_or_else(|| "States.Timeout".to_owned()));
        assert_eq!(ended, plain, "{seconds} seconds");
    }
}
