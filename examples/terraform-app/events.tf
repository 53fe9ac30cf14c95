# Each picture that arrives in the bucket starts the workflow.
resource "aws_s3_bucket" "uploads" {
  bucket_prefix = "${local.name}-"
  force_destroy = true
}

resource "aws_s3_bucket_notification" "uploads" {
  bucket      = aws_s3_bucket.uploads.id
  eventbridge = true
}

resource "aws_cloudwatch_event_rule" "arrived" {
  name = "${local.name}-arrived"
  event_pattern = jsonencode({
    source      = ["aws.s3"]
    detail-type = ["Object Created"]
    detail      = { bucket = { name = [aws_s3_bucket.uploads.id] } }
  })
}

resource "aws_cloudwatch_event_target" "arrived" {
  rule     = aws_cloudwatch_event_rule.arrived.name
  arn      = aws_sfn_alias.live.arn
  role_arn = aws_iam_role.events.arn
  input_transformer {
    input_paths    = { bucket = "$.detail.bucket.name", key = "$.detail.object.key" }
    input_template = "{\"bucket\": <bucket>, \"key\": <key>}"
  }
}

resource "aws_iam_role" "events" {
  name               = "${local.name}-events"
  assume_role_policy = data.aws_iam_policy_document.assumed_by["events"].json
}

resource "aws_iam_role_policy" "events" {
  role = aws_iam_role.events.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "states:StartExecution"
      Resource = [aws_sfn_state_machine.make_thumbnails.arn, aws_sfn_alias.live.arn]
    }]
  })
}
