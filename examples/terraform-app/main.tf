terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

data "aws_partition" "here" {}

locals {
  name = "make-thumbnails"
}

resource "aws_sfn_state_machine" "make_thumbnails" {
  name     = local.name
  role_arn = aws_iam_role.workflow.arn
  publish  = true

  # A value for each placeholder; `stepwright placeholders asl/make-thumbnails.asl.json --check main.tf` finds what is missing.
  definition = templatefile("${path.module}/asl/make-thumbnails.asl.json", {
    ScaleArn      = aws_lambda_function.scale.arn
    PicturesTable = aws_dynamodb_table.pictures.name
  })

  logging_configuration {
    level                  = "ERROR"
    include_execution_data = true
    log_destination        = "${aws_cloudwatch_log_group.workflow.arn}:*"
  }

  tracing_configuration {
    enabled = true
  }
}

resource "aws_sfn_alias" "live" {
  name = "live"
  routing_configuration {
    state_machine_version_arn = aws_sfn_state_machine.make_thumbnails.state_machine_version_arn
    weight                    = 100
  }
}

resource "aws_cloudwatch_log_group" "workflow" {
  name              = "/aws/vendedlogs/states/${local.name}"
  retention_in_days = 30
}

resource "aws_cloudwatch_metric_alarm" "failures" {
  alarm_name          = "${local.name}-failures"
  namespace           = "AWS/States"
  metric_name         = "ExecutionsFailed"
  dimensions          = { StateMachineArn = aws_sfn_state_machine.make_thumbnails.arn }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
}

# What the workflow may do: the policy that was made of its definition, and what logs and traces need.
resource "aws_iam_role" "workflow" {
  name               = "${local.name}-workflow"
  assume_role_policy = data.aws_iam_policy_document.assumed_by["states"].json
}

resource "aws_iam_role_policy" "workflow" {
  role = aws_iam_role.workflow.id
  policy = templatefile("${path.module}/asl/make-thumbnails.policy.json", {
    ScaleArn      = aws_lambda_function.scale.arn
    PicturesTable = aws_dynamodb_table.pictures.name
  })
}

resource "aws_iam_role_policy" "observed" {
  role = aws_iam_role.workflow.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = [
        "logs:CreateLogDelivery",
        "logs:CreateLogStream",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutLogEvents",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
      ]
      Resource = "*"
    }]
  })
}

data "aws_iam_policy_document" "assumed_by" {
  for_each = toset(["states", "lambda", "events"])
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
  }
}
