//! Task.

use super::StateLowering;
use crate::expr::{Binary, Expr, ExprNode, Text};
use crate::flow::{Call, CallTarget, ServiceCall, TaskCall, WorkflowCall};
use crate::lower::jsonata;
use crate::lower::jsonpath::{self, Paths};
use crate::lower::tree::LoweredTree;
use crate::shape::Shape;
use crate::task::{Address, Deploy, effective};
use stepwright_asl::front_end::{
    ExpressPart, StandardFeature, check_service, check_service_error, waiting_resource,
};
use stepwright_asl::json::{Json, Object};
use stepwright_asl::limits::AwaitedEvent;
use stepwright_asl::model::{MachineType, PathField, Task};
use stepwright_asl::resource::{IntegrationPattern, Resource};

/// The fields of a Task that depend on its call.
#[derive(Default)]
struct CallFields {
    resource: String,
    /// `Arguments` or `Parameters`.
    arguments: Option<Json>,
    input_path: Option<PathField>,
    is_lambda: bool,
}

impl StateLowering<'_, '_> {
    pub(super) fn task(
        &mut self,
        call: &Call,
        timeout: Option<&Expr>,
        heartbeat: Option<&Expr>,
        credentials: Option<&Expr>,
    ) -> Task {
        let called = match &call.sends {
            CallTarget::Task(task) => self.call_task(task, call.waits_for_token),
            CallTarget::Workflow(workflow) => self.call_workflow(workflow),
            CallTarget::Service(service) => self.call_service(service, call.waits_for_token),
        };
        if self.env.has_token() {
            self.refuse_unsent_token(call);
        }
        self.refuse_waiting_in_express(&called.resource, call);
        let timeout = self.optional_amount(timeout);
        let heartbeat = self.optional_amount(heartbeat);
        let credentials = credentials.map(|role| {
            let (key, role) = self.member("RoleArn", role);
            Json::Object(Object::from_iter([(key, role)]))
        });
        let (parameters, arguments) = if self.is_jsonata() {
            (None, called.arguments)
        } else {
            (called.arguments, None)
        };
        Task {
            resource: called.resource,
            input_path: called.input_path,
            parameters,
            arguments,
            timeout_seconds: timeout.value,
            timeout_seconds_path: timeout.path,
            heartbeat_seconds: heartbeat.value,
            heartbeat_seconds_path: heartbeat.path,
            credentials,
            ..self.work(called.is_lambda).into()
        }
    }

    fn call_task(&mut self, task: &TaskCall, waits_for_token: bool) -> CallFields {
        if task.arguments.len() != task.parameters.len() {
            self.report.fault(format!(
                "the task `{}` takes {} arguments, and this call has {}",
                task.function,
                task.parameters.len(),
                task.arguments.len()
            ));
        }
        let address = self.env.address(task.name, task.deploy);
        let payload = payload(task);
        let deploy = effective(task.deploy, self.flow.deploy);
        let invoked = deploy.is_invoked();
        let is_lambda = invoked || deploy == Deploy::LambdaArn;
        if invoked {
            self.refuse_lost_null(task);
            let (key, payload) = self.member("Payload", &payload);
            let target = Json::String(address.target.unwrap_or_default());
            return CallFields {
                resource: waiting_resource(&address.resource, waits_for_token),
                arguments: Some(Json::Object(Object::from_iter([
                    ("FunctionName".to_owned(), target),
                    (key, payload),
                ]))),
                is_lambda,
                ..CallFields::default()
            };
        }
        let mut resource = address.resource;
        if waits_for_token {
            let integration = Resource::parse(&resource).integration().is_some();
            if integration {
                resource = waiting_resource(&resource, true);
            } else {
                self.report.fault(format!(
                    "`{}` is deployed at a place that cannot wait for a task token: only integrations such as `lambda:invoke` can; make it \
                     a plain `#[task]`{}",
                    task.function,
                    if deploy == Deploy::Activity {
                        ", or call the activity without `wait_for_task_token`, because its worker holds a token anyway"
                    } else {
                        ""
                    }
                ));
            }
        }
        self.whole_input(resource, &payload, is_lambda)
    }

    /// Refuses a `null` that Lambda would replace by `{}`, if `{}` is a value of the parameter,
    /// too.
    fn refuse_lost_null(&mut self, task: &TaskCall) {
        let ([name], [argument], false) = (
            task.parameters,
            task.arguments.as_slice(),
            task.sends_context,
        ) else {
            return;
        };
        let types = (task.parameter_types)();
        let Some(parameter) = types.first().map(|one| (one.shape)()) else {
            return;
        };
        if !parameter.may_be_null() || !parameter.may_be_empty_object() {
            return;
        }
        // A verbatim expression sends what its text says.
        let is_raw = matches!(
            argument.untyped(),
            ExprNode::Jsonata(..) | ExprNode::Path(..) | ExprNode::Intrinsic(..)
        );
        let value = match argument.untyped() {
            ExprNode::Some(value) => value,
            _ => argument,
        };
        if is_raw || !self.shape_of(value).may_be_null() {
            return;
        }
        let before = self.report.enter(argument);
        self.report.fault(format!(
            "the argument of `{function}` may be `null`, which Lambda passes to the function as `{{}}`, and `{{}}` is another value of its type; give `{function}` a \
             second parameter, or a struct with a field `{name}`",
            function = task.function,
        ));
        self.report.leave(before);
    }

    /// The payload is the complete input of the resource.
    fn whole_input(&mut self, resource: String, payload: &Expr, is_lambda: bool) -> CallFields {
        let mut called = CallFields {
            resource,
            is_lambda,
            ..CallFields::default()
        };
        if self.is_jsonata() {
            called.arguments = Some(jsonata::template(payload, &self.env, self.report));
            return called;
        }
        let mut paths = Paths::new(self.env.clone(), self.report);
        match paths.value(payload) {
            LoweredTree::Object(members) => called.arguments = Some(jsonpath::object(members, &mut paths)),
            LoweredTree::Leaf(leaf) if !leaf.call => {
                called.input_path = (leaf.text != "$").then_some(PathField::Path(leaf.text));
            }
            LoweredTree::Literal(serde_json::Value::Object(members)) => {
                let members = members.into_iter().map(|(key, value)| (key, LoweredTree::Literal(value)));
                called.arguments = Some(jsonpath::object(members.collect(), &mut paths));
            }
            _ => self.report.fault(format!(
                "the input of this resource must be an object or a selected value in JSONPath; assign it to a variable in a \
                 `pass` before, or {}",
                self.flow.front_end.use_jsonata()
            )),
        }
        called
    }

    fn call_workflow(&mut self, workflow: &WorkflowCall) -> CallFields {
        let address = Address::of_machine(&workflow.name, workflow.machine_type, workflow.awaited);
        let mut resource = address.resource;
        let express = workflow.machine_type == MachineType::Express;
        if workflow.awaited && !express {
            resource += IntegrationPattern::Sync2.suffix();
        }
        let (key, input) = if workflow.awaited && express {
            if !self.is_jsonata() {
                self.report.fault(format!(
                    "JSONPath cannot read the result of an Express child, which is text; {}",
                    self.flow.front_end.use_jsonata()
                ));
            }
            // The SDK's call expects text.
            let code = jsonata::as_text(&workflow.input, &self.env, self.report);
            ("Input".to_owned(), Json::String(code))
        } else {
            let input = self.child_input(&workflow.input);
            self.member("Input", &input)
        };
        let target = Json::String(address.target.unwrap_or_default());
        CallFields {
            resource,
            arguments: Some(Json::Object(Object::from_iter([
                ("StateMachineArn".to_owned(), target),
                (key, input),
            ]))),
            ..CallFields::default()
        }
    }

    /// The input of a child as StartExecution takes it: StartExecution parses a text as the input's
    /// JSON, and replaces `null` by `{}`.
    fn child_input(&mut self, input: &Expr) -> Expr {
        let shape = self.shape_of(input);
        let is_path_of_null = shape.may_be_null() && !self.is_jsonata();
        if shape.may_be_text() || is_path_of_null || shape.hides_none() {
            return Expr::function("functions::to_json", vec![input.clone()]);
        }
        if !shape.may_be_null() {
            return input.clone();
        }
        const NAME: &str = "input'";
        let null = Expr::literal("null");
        if matches!(input.untyped(), ExprNode::None) || matches!(shape, Shape::Null) {
            return null;
        }
        let is_some = Expr::local(NAME).binary(Binary::Ne, Expr::none());
        let either = Expr::if_else(is_some, Expr::local(NAME), null);
        Expr::let_in(vec![(NAME, input.clone())], either)
    }

    fn call_service(&mut self, service: &ServiceCall, waits_for_token: bool) -> CallFields {
        let resource = waiting_resource(&service.resource, waits_for_token);
        self.refuse_unknown_service(service, &resource);
        let arguments = service.fields.as_ref().map(|fields| {
            let mut argument = |(key, value): &(Text, Expr)| {
                if self.is_jsonata() {
                    let value = jsonata::written(value, &self.env, self.report);
                    (key.to_string(), value)
                } else {
                    self.member(key, value)
                }
            };
            Json::Object(fields.iter().map(&mut argument).collect())
        });
        CallFields {
            is_lambda: Resource::parse(&resource).is_lambda_invoke(),
            resource,
            arguments,
            ..CallFields::default()
        }
    }

    /// Checks a service and its arguments with AWS's tables. Raw fields are not checked.
    fn refuse_unknown_service(&mut self, service: &ServiceCall, resource: &str) {
        let has_raw = |fields: &[&str]| {
            let mut raw = self.state.raw.iter();
            raw.any(|(key, _)| fields.contains(&&**key))
        };
        if has_raw(&["Resource"]) {
            return;
        }
        let fields = service.fields.as_deref();
        let fields = fields.filter(|_| !has_raw(&["Arguments", "Parameters"]));
        let names = fields.map(|fields| fields.iter().map(|(name, _)| &**name));
        let names: Option<Vec<&str>> = names.map(Iterator::collect);
        for problem in check_service(resource, names.as_deref()) {
            let field = match (problem.is_resource, self.is_jsonata()) {
                (true, _) => "Resource",
                (false, true) => "Arguments",
                (false, false) => "Parameters",
            };
            let raw = self.flow.front_end.raw(field);
            let help = problem
                .help
                .map_or(String::new(), |question| format!("{question}; "));
            let fault = self.report.problem(problem.message);
            let fault = fault.with_help(format!("{help}{raw} is not checked"));
            self.report.push(fault.with_code(problem.code));
        }
        let retried = self.state.retry.iter().flat_map(|retry| &retry.errors);
        let caught = self.state.catch.iter().flat_map(|catch| &catch.errors);
        let problems = retried.chain(caught);
        let problems = problems.filter_map(|error| check_service_error(resource, error));
        for problem in problems.collect::<Vec<_>>() {
            self.report.fault(problem);
        }
    }

    /// Refuses a task token that is not sent: nothing could complete it.
    fn refuse_unsent_token(&mut self, call: &Call) {
        let mut sent = false;
        let mut see = |expr: &Expr| {
            expr.walk(&mut |node| {
                sent |= match node {
                    ExprNode::TaskToken => true,
                    ExprNode::Jsonata(text, _) | ExprNode::Path(text, _) => {
                        text.contains("Task.Token")
                    }
                    _ => false,
                }
            });
        };
        match &call.sends {
            CallTarget::Task(task) => task.arguments.iter().for_each(&mut see),
            CallTarget::Service(service) => {
                let fields = service.fields.iter().flatten();
                fields.for_each(|(_, value)| see(value));
            }
            CallTarget::Workflow(_) => {}
        }
        if !sent && self.state.raw.is_empty() {
            self.report.fault(format!(
                "this call does not send its task token, so it never completes; {}",
                self.flow.front_end.send_token()
            ));
        }
    }

    /// Refuses calls that an Express workflow does not support.
    fn refuse_waiting_in_express(&mut self, resource: &str, call: &Call) {
        if self.env.machine_type() != MachineType::Express {
            return;
        }
        let is_activity = matches!(&call.sends, CallTarget::Task(task) if effective(task.deploy, self.flow.deploy) == Deploy::Activity);
        let event = match AwaitedEvent::of(resource) {
            None if is_activity => AwaitedEvent::Activity,
            None => return,
            Some(event) => event,
        };
        self.refuse_in_express(StandardFeature::Wait(event));
    }

    /// Refuses a feature that Express executions do not have.
    pub(super) fn refuse_in_express(&mut self, feature: StandardFeature) {
        let front_end = self.flow.front_end;
        let (part, help) = match self.flow.machine_type {
            MachineType::Express => (ExpressPart::Workflow, front_end.standard_workflow()),
            MachineType::Standard => (ExpressPart::Children, front_end.standard_children()),
        };
        let fault = self.report.problem(part.message(feature));
        let fault = fault.with_help(help).with_code(feature.code());
        self.report.push(fault);
    }
}

/// The payload of a task: `{}` without arguments, a single argument itself, several as an object
/// with the parameters' names.
fn payload(task: &TaskCall) -> Expr {
    let input = match (task.parameters, task.arguments.as_slice()) {
        ([_], [only]) => only.clone(),
        (names, arguments) => {
            let members = names.iter().zip(arguments);
            Expr::object(
                members
                    .map(|(name, value)| ((*name).into(), value.clone()))
                    .collect(),
            )
        }
    };
    if !task.sends_context {
        return input;
    }
    let context = [
        ("execution", "Execution.Id"),
        ("state", "State.Name"),
        ("attempt", "State.RetryCount"),
        ("startTime", "Execution.StartTime"),
    ];
    let context = context.map(|(key, path)| (key.into(), Expr::new(ExprNode::Context(path))));
    Expr::object(vec![
        ("input".into(), input),
        ("context".into(), Expr::object(context.into())),
    ])
}
