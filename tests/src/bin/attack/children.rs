//! A Distributed Map with many Express children, read again after a restart.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::Setup;
use crate::target::Target;

const PATIENCE: Duration = Duration::from_secs(600);
/// The bound of DescribeExecution after the restart.
const DESCRIBE: Duration = Duration::from_millis(500);

pub(crate) async fn attack(setup: &Setup) -> Result<String, String> {
    let folder = setup.folder.path();
    let bucket = folder.join("objects/bucket");
    let count = setup.choose(5_000, 300_000);
    let items: Vec<Json> = (0..count)
        .map(|n| json!({"id": n, "text": "x".repeat(40)}))
        .collect();
    std::fs::create_dir_all(&bucket).map_err(|error| error.to_string())?;
    let written = std::fs::write(bucket.join("items.json"), json!(items).to_string());
    written.map_err(|error| error.to_string())?;
    let (store, objects) = (folder.join("children.db"), folder.join("objects"));
    let arguments = [
        "--store".into(),
        store.into_os_string(),
        "--objects".into(),
        objects.into_os_string(),
    ];
    let mut target = Target::start(setup, arguments.clone()).await?;
    let definition = json!({"StartAt": "All", "States": {"All": {
        "Type": "Map", "End": true, "MaxConcurrency": 1_000, "ResultPath": null,
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
                       "Parameters": {"Bucket": "bucket", "Key": "items.json"}},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "One",
                          "States": {"One": {"Type": "Pass", "End": true}}},
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "bucket", "Prefix": "results"}},
    }}});
    let machine = target.create("children", "STANDARD", &definition).await?;
    let begun = Instant::now();
    let execution = target.start_execution(&machine, &json!({})).await?;
    let ended = target.end_of(&execution, PATIENCE).await?;
    if ended["status"] != "SUCCEEDED" {
        return Err(format!("the Map ended with {ended}"));
    }
    let took = begun.elapsed().as_secs_f64();
    let first = target.finish(setup).await?;
    let mut target = Target::start(setup, arguments).await?;
    let begun = Instant::now();
    target.end_of(&execution, PATIENCE).await?;
    let described = begun.elapsed();
    let mut client = target.client().await?;
    let request = json!({"executionArn": execution});
    client.call("GetExecutionHistory", &request).await?;
    client.call("ListMapRuns", &request).await?;
    let second = target.finish(setup).await?;
    if described > setup.choose(Duration::from_secs(5), DESCRIBE) {
        let took = described.as_millis();
        return Err(format!(
            "DescribeExecution takes {took} ms after a restart; {second}"
        ));
    }
    Ok(format!(
        "{count} Express children in {took:.1} s; {first}; described after a restart in {} ms; {second}",
        described.as_millis()
    ))
}
