# `cargo lambda build --release --arm64 --output-format zip` makes the package.
resource "aws_lambda_function" "scale" {
  function_name    = "${local.name}-scale"
  role             = aws_iam_role.function.arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = ["arm64"]
  filename         = "${path.module}/target/lambda/scale/bootstrap.zip"
  source_code_hash = filebase64sha256("${path.module}/target/lambda/scale/bootstrap.zip")
  timeout          = 30
  tracing_config {
    mode = "Active"
  }
}

resource "aws_iam_role" "function" {
  name               = "${local.name}-function"
  assume_role_policy = data.aws_iam_policy_document.assumed_by["lambda"].json
}

resource "aws_iam_role_policy_attachment" "function" {
  for_each   = toset(["AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess"])
  role       = aws_iam_role.function.name
  policy_arn = "arn:${data.aws_partition.here.partition}:iam::aws:policy/${each.key == "AWSLambdaBasicExecutionRole" ? "service-role/" : ""}${each.key}"
}

resource "aws_dynamodb_table" "pictures" {
  name         = "${local.name}-pictures"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "picture"
  attribute {
    name = "picture"
    type = "S"
  }
}
