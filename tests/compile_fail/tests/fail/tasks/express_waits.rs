use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Decision {
        express;
        deploy activity;
        task Review {
            let decision: Decision = wait_for_task_token request_review(order, task_token);
            next Run;
        }
        task Run {
            service "arn:aws:states:::ecs:runTask.sync" { Cluster: "main", TaskDefinition: "job" };
            next Done;
        }
        succeed Done { decision }
    }
}

fn main() {}
