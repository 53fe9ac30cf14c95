//! Tests of the evaluation of templates, and of the resources that it returns.

mod event_rules;
mod functions;
mod limits;
mod random;
mod resources;
mod starts;

use std::path::Path;

use stepwright_asl::json::Json;

use super::desired::DesiredResources;
use super::evaluator::{Evaluator, VersionNumbers};
use super::file::TemplateFile;
use super::inputs::TemplateInputs;
use super::problem::TemplateProblem;

/// The inputs of the command's defaults.
fn inputs() -> TemplateInputs {
    TemplateInputs {
        region: "us-east-1".to_owned(),
        account: "123456789012".to_owned(),
        ..TemplateInputs::default()
    }
}

fn parse(text: &str) -> TemplateFile {
    TemplateFile::parse(Path::new("orders.yaml"), text.to_owned())
        .unwrap_or_else(|problem| panic!("{}", problem.diagnostic))
}

/// The value of the output `Value`, or the problems as lines.
fn evaluate_with(text: &str, inputs: &TemplateInputs) -> Result<Option<Json>, Vec<String>> {
    let templates = [parse(text)];
    let versions = VersionNumbers::new();
    let evaluator = Evaluator::new(&templates, inputs, &versions);
    let node = evaluator.node(0, &["Outputs", "Value", "Value"], 0);
    let result = evaluator.evaluate(&node.expect("the template has the output"));
    let problems = evaluator.into_problems();
    let lines: Vec<String> = problems
        .iter()
        .map(|one| one.diagnostic.to_string())
        .collect();
    match result {
        Ok(value) => {
            assert_eq!(lines, Vec::<String>::new());
            Ok(value)
        }
        Err(_) => Err(lines),
    }
}

/// The location, the message and the help of a problem.
fn line(problem: &TemplateProblem) -> String {
    let diagnostic = &problem.diagnostic;
    let (location, message) = (&diagnostic.location, &diagnostic.message);
    format!(
        "{location} {message}; {}",
        diagnostic.help.as_deref().unwrap_or_default()
    )
}

fn evaluate(text: &str) -> Result<Option<Json>, Vec<String>> {
    evaluate_with(text, &inputs())
}

/// The value of an expression, next to some resources, parameters, mappings and conditions.
fn value(expression: &str) -> Json {
    let text = format!("{SECTIONS}\nOutputs: {{Value: {{Value: {expression}}}}}\n");
    match evaluate(&text) {
        Ok(Some(value)) => value,
        other => panic!("{expression}: {other:?}"),
    }
}

/// The problems of an expression.
fn problems(expression: &str) -> Vec<String> {
    let text = format!("{SECTIONS}\nOutputs: {{Value: {{Value: {expression}}}}}\n");
    evaluate(&text).expect_err("the expression has a problem")
}

const SECTIONS: &str = "
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev}
  Subnets: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Count: {Type: Number, Default: 3}
  Needed: {Type: String}
  Limited: {Type: String, Default: x, AllowedValues: [a, b]}
  Image: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /images/newest}
Mappings:
  Sizes:
    us-east-1: {Small: t1, List: [1, 2]}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsProd: !Not [!Condition IsDev]
  Both: !And [!Condition IsDev, !Condition IsProd]
  Either: !Or [!Condition IsDev, !Condition IsProd]
  Loop: !Not [!Condition Loop]
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Named: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub '${Stage}-orders'}}
  Fifo: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: orders}}
  Topic: {Type: AWS::SNS::Topic}
  Bucket: {Type: AWS::S3::Bucket}
  Charge: {Type: AWS::Serverless::Function, Properties: {AutoPublishAlias: live}}
  Plain: {Type: AWS::Lambda::Function, Properties: {FunctionName: plain}}
  PlainAlias: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Plain, Name: blue}}
  Machine: {Type: AWS::Serverless::StateMachine, Properties: {Name: orders, AutoPublishAlias: live}}
  Activity: {Type: AWS::StepFunctions::Activity, Properties: {Name: approve}}
  Cluster: {Type: AWS::ECS::Cluster}
  Database: {Type: AWS::Glue::Database, Properties: {DatabaseInput: {Name: sales}}}
  OnlyProd: {Type: AWS::SQS::Queue, Condition: IsProd}
  Custom: {Type: Custom::Thing}
  Self: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub '${Other.QueueName}x'}}
  Other: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub '${Self.QueueName}x'}}
";
