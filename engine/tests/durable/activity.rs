//! For all actions of workers, and of callers that create and delete an activity, each task is
//! given to one worker, oldest first.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::json;
use stepwright_engine::history::EventKind;
use stepwright_engine::store::MemoryStore;
use stepwright_engine::{ActivityError, ActivityTask, Engine, MachineType, StartOptions, Status};

const ARN: &str = "arn:aws:states:us-east-1:123456789012:activity:pack";

#[derive(Clone, Copy, Debug)]
enum Act {
    Start,
    Poll,
    /// The worker with this index among those that poll is dropped.
    GiveUp(usize),
    /// The task with this index is answered.
    Answer(usize),
    Create,
    Delete,
    /// Ready tasks run once.
    Turn,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => Just(Act::Start),
        4 => Just(Act::Poll),
        2 => (0..4_usize).prop_map(Act::GiveUp),
        2 => (0..4_usize).prop_map(Act::Answer),
        1 => Just(Act::Create),
        1 => Just(Act::Delete),
        4 => Just(Act::Turn),
    ]
}

async fn play(acts: Vec<Act>, in_a_store: bool) {
    let definition = json!({"StartAt": "Pack", "States": {
        "Pack": {"Type": "Task", "Resource": ARN, "End": true},
    }});
    let builder =
        Engine::builder().register_json("m", &definition.to_string(), MachineType::Standard);
    let engine = if in_a_store {
        builder.store(MemoryStore::new()).build()
    } else {
        builder.build()
    }
    .unwrap();
    engine.create_activity("pack").await.unwrap();
    let handed_out: Arc<Mutex<Vec<ActivityTask>>> = Arc::default();
    let (mut polls, mut runs, mut open) = (Vec::new(), Vec::new(), Vec::new());
    let poll = || {
        let (engine, handed_out) = (engine.clone(), handed_out.clone());
        tokio::spawn(async move {
            let task = engine.get_activity_task(ARN, None).await?;
            handed_out.lock().unwrap().push(task);
            Ok::<_, ActivityError>(())
        })
    };
    let mut seen = 0;
    let mut order: Vec<u64> = Vec::new();
    let mut exists = true;
    for act in acts {
        match act {
            // A state that is entered while there is no activity fails.
            Act::Start if exists => {
                let input = json!(runs.len());
                let run = engine.start_machine("m", input, StartOptions::new());
                let run = run.await.unwrap();
                let mut events = run.events();
                while let Some(event) = events.next().await {
                    if event.kind() == EventKind::ActivityScheduled {
                        break;
                    }
                }
                runs.push(run);
            }
            Act::Start => {}
            Act::Poll => polls.push(poll()),
            Act::GiveUp(number) if !polls.is_empty() => {
                polls.remove(number % polls.len()).abort();
            }
            Act::Answer(number) if !open.is_empty() => {
                let task: ActivityTask = open.remove(number % open.len());
                engine
                    .send_task_success(&task.token, &task.input)
                    .await
                    .unwrap();
            }
            Act::GiveUp(_) | Act::Answer(_) => {}
            Act::Create => {
                engine.create_activity("pack").await.unwrap();
                exists = true;
            }
            Act::Delete => {
                engine.delete_activity(ARN).await.unwrap();
                exists = false;
            }
            Act::Turn => tokio::task::yield_now().await,
        }
        let new = std::mem::take(&mut *handed_out.lock().unwrap());
        seen += new.len();
        order.extend(
            new.iter()
                .map(|task| task.input.to_text().parse::<u64>().unwrap()),
        );
        open.extend(new);
    }
    engine.create_activity("pack").await.unwrap();
    // A dropped worker may have had a task already.
    for gone in polls {
        gone.abort();
        let _gone = gone.await;
    }
    let rest = std::mem::take(&mut *handed_out.lock().unwrap());
    seen += rest.len();
    order.extend(
        rest.iter()
            .map(|task| task.input.to_text().parse::<u64>().unwrap()),
    );
    open.extend(rest);
    while seen < runs.len() {
        let task = engine.get_activity_task(ARN, None).await.unwrap();
        order.push(task.input.to_text().parse().unwrap());
        open.push(task);
        seen += 1;
    }
    for task in open {
        engine
            .send_task_success(&task.token, &task.input)
            .await
            .unwrap();
    }
    for (number, run) in runs.iter().enumerate() {
        let report = run.report().await;
        assert_eq!(report.status, Status::Succeeded);
        assert_eq!(
            report.output.as_ref().unwrap().to_text(),
            number.to_string()
        );
    }
    if !in_a_store {
        assert!(order.is_sorted(), "{order:?}");
    }
    order.sort_unstable();
    assert!(order.iter().copied().eq(0..runs.len() as u64), "{order:?}");
}

proptest! {
    #[test]
    fn each_activity_task_is_assigned_to_one_worker(
        acts in proptest::collection::vec(act(), 0..40),
        in_a_store: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let played = async {
            tokio::time::timeout(std::time::Duration::from_secs(60), play(acts, in_a_store)).await
        };
        prop_assert!(runtime.block_on(played).is_ok(), "it hangs");
    }
}
