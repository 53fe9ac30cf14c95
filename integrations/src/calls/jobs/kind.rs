//! Kinds of jobs: how a job is described, how it ends, and how it is stopped.

use serde_json::{Map, Value as Json};

use super::stop_request::JobStopRequest;
use crate::calls::action::OptimizedNames;

/// Why a job is stopped, for services that ask for a reason.
const STOP_REASON: &str = "The task of the state ended";

/// A kind of job: how it is described and stopped.
#[derive(Debug)]
pub(in crate::calls) struct JobKind {
    /// The service in botocore.
    pub(super) service: &'static str,
    /// The actions that start it.
    pub(super) started_by: Vec<&'static str>,
    /// The action that describes it.
    pub(super) describe: &'static str,
    /// The parameters of that action.
    pub(super) describe_parameters: Vec<JobParameter>,
    /// The part of the response that is the result of the state, as a JSON pointer.
    pub(super) result: &'static str,
    /// The status in the result, as a JSON pointer.
    pub(super) status: &'static str,
    pub(super) succeeded: Vec<&'static str>,
    pub(super) failed: Vec<&'static str>,
    /// The action that stops it, and its parameters.
    pub(super) stop: Option<(&'static str, Vec<JobParameter>)>,
    pub(super) end: JobEnd,
}

/// What else decides how a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JobEnd {
    /// Only its status.
    Status,
    /// The exit codes of its containers.
    ExitCodes,
    /// It has succeeded when it does not exist any more.
    Absence,
}

/// A parameter of a request about a job.
#[derive(Debug)]
pub(super) struct JobParameter {
    pub(super) name: &'static str,
    pub(super) value: JobValue,
}

/// Where the value of a parameter comes from, as JSON pointers.
#[derive(Debug)]
pub(super) enum JobValue {
    /// The parameters of the task.
    Request(&'static str),
    /// The response to the request that started the job.
    Response(&'static str),
    /// A list with one value of that response.
    ListOfResponse(&'static str),
    /// Why a job is stopped.
    Reason,
}

/// A job that was started.
#[derive(Clone, Debug)]
pub(in crate::calls) struct ServiceJob {
    pub(super) kind: &'static JobKind,
    pub(super) names: OptimizedNames,
    request: Json,
    response: Json,
    pub(super) request_id: String,
}

impl JobKind {
    /// Returns the job that a request has started.
    pub(in crate::calls) fn started(
        &'static self,
        names: OptimizedNames,
        request: Json,
        response: Json,
        request_id: String,
    ) -> ServiceJob {
        ServiceJob {
            kind: self,
            names,
            request,
            response,
            request_id,
        }
    }
}

impl ServiceJob {
    /// Returns the parameters of a request about the job. A value that neither the request nor the
    /// response has is left out.
    pub(super) fn parameters(&self, parameters: &[JobParameter]) -> Json {
        let members = parameters.iter().filter_map(|parameter| {
            let value = match parameter.value {
                JobValue::Request(pointer) => self.request.pointer(pointer)?.clone(),
                JobValue::Response(pointer) => self.response.pointer(pointer)?.clone(),
                JobValue::ListOfResponse(pointer) => {
                    Json::Array(vec![self.response.pointer(pointer)?.clone()])
                }
                JobValue::Reason => Json::from(STOP_REASON),
            };
            Some((parameter.name.to_owned(), value))
        });
        Json::Object(members.collect::<Map<_, _>>())
    }

    /// Returns the request that stops the job, if there is one.
    pub(in crate::calls) fn stop_request(&self) -> Option<JobStopRequest> {
        let (action, parameters) = self.kind.stop.as_ref()?;
        Some(JobStopRequest {
            service: self.kind.service.to_owned(),
            action: (*action).to_owned(),
            parameters: self.parameters(parameters),
            request_id: self.request_id.clone(),
        })
    }

    /// Returns how the job ended, by a description of it. `None` while it runs.
    pub(super) fn end<'a>(&self, described: &'a Json) -> Option<Result<&'a Json, &'a Json>> {
        let result = described.pointer(self.kind.result)?;
        let status = result.pointer(self.kind.status)?.as_str()?;
        let has_succeeded = match self.kind.end {
            JobEnd::ExitCodes => exit_codes_are_zero(result),
            JobEnd::Status | JobEnd::Absence => true,
        };
        if self.kind.succeeded.contains(&status) {
            Some(if has_succeeded {
                Ok(result)
            } else {
                Err(result)
            })
        } else {
            self.kind.failed.contains(&status).then_some(Err(result))
        }
    }
}

/// Whether all containers of a stopped ECS task have ended with the exit code 0. A container
/// without a code did not start.
fn exit_codes_are_zero(task: &Json) -> bool {
    let containers = task.get("Containers").and_then(Json::as_array);
    let mut containers = containers.into_iter().flatten();
    containers.all(|container| container.get("ExitCode").and_then(Json::as_i64) == Some(0))
        && task.get("StopCode").and_then(Json::as_str) != Some("TaskFailedToStart")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stepwright_asl::integrations::{IntegrationPattern, lookup, optimized};

    use super::*;
    use crate::calls::action::ServiceAction;
    use crate::calls::jobs::table::{job_kind, jobs};
    use crate::models::{Models, Shape};
    use stepwright_engine::task::Resource;

    #[test]
    fn each_sync_action_of_the_table_has_a_job() {
        for action in optimized() {
            let resource = format!(
                "arn:aws:states:::{}:{}.sync",
                action.service(),
                action.action()
            );
            let is_sync =
                lookup(&resource).is_ok_and(|found| found.pattern() == IntegrationPattern::Sync);
            // The engine follows nested executions, and eks:runJob is an API of Kubernetes.
            if !is_sync || action.service() == "states" || action.action() == "runJob" {
                continue;
            }
            let called =
                ServiceAction::of(&Resource::parse(&resource)).expect("it calls a service");
            assert!(
                job_kind(called.service, &called.action).is_some(),
                "{resource}"
            );
        }
    }

    #[test]
    fn the_actions_and_parameters_of_jobs_are_those_of_the_models() {
        let models = Models::embedded();
        for job in jobs() {
            let model = models.find(job.service).expect("there is a model");
            let describe = Some((job.describe, &job.describe_parameters));
            for (action, parameters) in describe.into_iter().chain(
                job.stop
                    .as_ref()
                    .map(|(action, parameters)| (*action, parameters)),
            ) {
                let operation = model.operations.get(action);
                let operation = operation.unwrap_or_else(|| panic!("{}:{action}", job.service));
                let input = model.structure(operation.input).expect("it has parameters");
                for parameter in parameters {
                    assert!(
                        input.member(parameter.name).is_some(),
                        "{action}: {}",
                        parameter.name
                    );
                }
            }
            let output = model.operations[job.describe].output;
            let pointer = format!("{}{}", job.result, job.status);
            let mut shape = output.expect("it has a result");
            for part in pointer.split('/').skip(1) {
                shape = match model.shape(shape) {
                    Shape::Structure(shape) => {
                        let member = shape
                            .members
                            .iter()
                            .find(|member| member.optimized_name == part);
                        member
                            .unwrap_or_else(|| panic!("{}: {pointer}", job.describe))
                            .shape
                    }
                    Shape::List(list) => list.item,
                    other => panic!("{}: {pointer}: {other:?}", job.describe),
                };
            }
        }
    }

    #[test]
    fn a_stopped_task_of_ecs_succeeds_if_its_containers_did() {
        let names = OptimizedNames {
            prefix: "ECS",
            exception: "AmazonECSException",
            service: "AmazonECS",
        };
        let kind = job_kind("ecs", "runTask").expect("it is a job");
        let request = json!({"Cluster": "main"});
        let response = json!({"Tasks": [{"TaskArn": "arn"}]});
        let job = kind.started(names, request, response, "ID".to_owned());
        assert_eq!(
            job.parameters(&kind.describe_parameters),
            json!({"Cluster": "main", "Tasks": ["arn"]})
        );
        let described = |status: &str, codes: &[i64]| {
            let containers: Vec<_> = codes.iter().map(|code| json!({"ExitCode": code})).collect();
            json!({"Tasks": [{"LastStatus": status, "Containers": containers}]})
        };
        let running = described("RUNNING", &[]);
        assert_eq!(job.end(&running), None);
        let done = described("STOPPED", &[0, 0]);
        assert_eq!(job.end(&done), Some(Ok(&done["Tasks"][0])));
        let failed = described("STOPPED", &[0, 1]);
        assert_eq!(job.end(&failed), Some(Err(&failed["Tasks"][0])));
    }
}
