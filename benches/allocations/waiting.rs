//! The memory of a waiting execution.

use serde_json::json;
use stepwright_runtime::{Engine, MachineType, StartOptions};
use tokio::runtime::Builder;

/// With the first one a power of two: lists that double are full, and hash tables have their
/// maximum size.
const EXECUTIONS: u64 = (1 << 14) - 1;

/// The limit for all memory of a waiting execution: its timers, its entry among the running
/// executions, its events, its names.
const MOST: u64 = 1_024;

#[test]
fn an_execution_that_waits_takes_less_than_a_kibibyte() {
    let definition = json!({"StartAt": "W", "States": {
        "W": {"Type": "Wait", "Seconds": 3_600, "Next": "Done"},
        "Done": {"Type": "Succeed"},
    }});
    for machine_type in [MachineType::Standard, MachineType::Express] {
        let engine = Engine::builder()
            .register_json("m", &definition.to_string(), machine_type)
            .build()
            .expect("the machine is right");
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        let start = || async {
            let run = engine.start_machine("m", json!({"id": 10}), StartOptions::new());
            run.await.expect("it starts");
        };
        // Excludes one-time allocations.
        runtime.block_on(start());
        let counted = allocation_counter::measure(|| {
            runtime.block_on(async {
                for _ in 0..EXECUTIONS {
                    start().await;
                }
            });
        });
        let (bytes, times) = (counted.bytes_current as u64, counted.count_current as u64);
        // The input is an object, with a list of one member.
        let payload = allocation_counter::measure(|| {
            std::mem::forget(stepwright_runtime::value::Value::from(json!({"id": 10})));
        });
        let payload = payload.bytes_current as u64;
        let (each, allocations) = (bytes / EXECUTIONS - payload, times / EXECUTIONS);
        println!(
            "{machine_type:?}: {each} bytes in {allocations} allocations, and {payload} bytes of payload"
        );
        assert!(
            each < MOST,
            "{machine_type:?}: {each} bytes in {allocations} allocations"
        );
    }
}
