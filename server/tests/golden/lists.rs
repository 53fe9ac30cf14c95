//! ListExecutions of every store.

use std::path::Path;

use serde_json::{Value as Json, json};
use stepwright_engine::{Engine, ExecutionFilter};

use crate::golden::environment::{Environment, Phase};
use crate::golden::http::Api;
use crate::golden::read::{expand, stores};
use crate::golden::script::{Script, Session};
use crate::golden::session::run;

/// The fields that ListExecutions and DescribeExecution share.
const SHARED: [&str; 11] = [
    "executionArn",
    "stateMachineArn",
    "name",
    "status",
    "startDate",
    "stopDate",
    "mapRunArn",
    "stateMachineVersionArn",
    "stateMachineAliasArn",
    "redriveCount",
    "redriveDate",
];

/// A client that lists and describes.
struct Lists {
    api: Api,
    environment: Environment,
}

impl Lists {
    async fn call(&self, operation: &str, request: Json) -> Json {
        self.api.call(operation, &request, &self.environment).await
    }

    /// Reads a list in pages of three.
    async fn list(&self, mut request: Json) -> Vec<Json> {
        request["maxResults"] = json!(3);
        let mut all = Vec::new();
        loop {
            let page = self.call("ListExecutions", request.clone()).await;
            all.extend(page["executions"].as_array().unwrap().clone());
            match page.get("nextToken") {
                Some(token) => request["nextToken"] = token.clone(),
                None => return all,
            }
        }
    }

    /// Returns the shared fields of an execution, as DescribeExecution has them.
    async fn described(&self, arn: &Json) -> Json {
        let described = self.call("DescribeExecution", json!({"executionArn": arn}));
        let described = described.await;
        let fields = SHARED
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), described.get(*name)?.clone())));
        Json::Object(fields.collect())
    }

    /// Compares each row of a list with the description of the execution. Returns the number of
    /// rows.
    async fn check(&self, request: Json) -> usize {
        let all = self.list(request.clone()).await;
        for row in &all {
            let mut shared = row.clone();
            shared.as_object_mut().unwrap().remove("itemCount");
            // Express executions have no descriptions.
            if !row["executionArn"].as_str().unwrap().contains(":express:") {
                assert_eq!(shared, self.described(&row["executionArn"]).await);
            }
            // The filters agree with the row.
            let redrive = if row["redriveCount"] == 0 {
                "NOT_REDRIVEN"
            } else {
                "REDRIVEN"
            };
            let mut filtered = request.clone();
            filtered["statusFilter"] = row["status"].clone();
            filtered["redriveFilter"] = json!(redrive);
            assert!(self.list(filtered).await.contains(row), "{row}");
            for qualifier in ["stateMachineVersionArn", "stateMachineAliasArn"] {
                let Some(arn) = row
                    .get(qualifier)
                    .filter(|_| row.get("mapRunArn").is_none())
                else {
                    continue;
                };
                let qualified = self.list(json!({"stateMachineArn": arn})).await;
                assert!(qualified.contains(row), "{row}");
            }
        }
        all.len()
    }
}

/// Checks the lists of all state machines and Map Runs. Returns the number of rows.
async fn check_all(engine: &Engine, lists: &Lists) -> usize {
    let page = engine.blocking_executions(&ExecutionFilter::new()).unwrap();
    let (mut machines, mut rows) = (Vec::new(), 0);
    for execution in page.executions {
        if engine.machine(&execution.machine).is_some() && !machines.contains(&execution.machine) {
            let place: Vec<&str> = execution.id.split(':').take(5).collect();
            let arn = format!("{}:stateMachine:{}", place.join(":"), execution.machine);
            rows += lists.check(json!({"stateMachineArn": arn})).await;
            machines.push(execution.machine);
        }
        for run in engine.blocking_map_runs(&execution.id).unwrap() {
            rows += lists.check(json!({"mapRunArn": run.arn})).await;
        }
    }
    rows
}

/// Opens a copy of a store and checks its lists. Returns the number of rows.
fn lists_of(store: &Path, script: &Script) -> usize {
    let environment = Environment::new(Phase::Reading, script);
    let session = Session {
        opens: script.sessions[0].opens,
        ..Session::default()
    };
    let api_environment = environment.clone();
    let (_, rows) = run(store, &session, &environment, async |engine| {
        let lists = Lists {
            api: Api::over(engine).await,
            environment: api_environment,
        };
        check_all(engine, &lists).await
    });
    rows
}

#[test]
fn list_executions_agrees_with_describe_execution_for_every_store() {
    let rows = std::thread::scope(|scope| {
        let check = |store: &Path| {
            let folder = tempfile::tempdir().unwrap();
            let (copy, script) = expand(store, folder.path());
            lists_of(&copy, &script)
        };
        let threads: Vec<_> = stores()
            .into_iter()
            .map(|store| scope.spawn(move || check(&store)))
            .collect();
        let rows = threads.into_iter().map(|thread| thread.join().unwrap());
        rows.sum::<usize>()
    });
    assert!(rows > 30, "{rows} rows");
}
