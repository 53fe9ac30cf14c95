// Orders that are charged, stored, and shipped after three days.
import { Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import * as tasks from "aws-cdk-lib/aws-stepfunctions-tasks";
import type { Construct } from "constructs";

export class OrdersStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const table = new dynamodb.Table(this, "Table", {
      tableName: "orders",
      partitionKey: { name: "id", type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const charge = tasks.LambdaInvoke.jsonata(this, "Charge", {
      lambdaFunction: this.function("charge"),
      payload: sfn.TaskInput.fromText("{% $states.input %}"),
      assign: { id: "{% $states.input.id %}" },
      outputs: "{% $states.result.Payload %}",
      taskTimeout: sfn.Timeout.duration(Duration.seconds(30)),
    });
    const store = tasks.DynamoPutItem.jsonata(this, "Store", {
      table,
      item: {
        id: tasks.DynamoAttributeValue.fromString("{% $id %}"),
        chargeId: tasks.DynamoAttributeValue.fromString("{% $states.input.chargeId %}"),
      },
      taskTimeout: sfn.Timeout.duration(Duration.seconds(30)),
    });
    const ship = tasks.LambdaInvoke.jsonata(this, "Ship", {
      lambdaFunction: this.function("ship"),
      payload: sfn.TaskInput.fromObject({ id: "{% $id %}" }),
      outputs: "{% $states.result.Payload %}",
      taskTimeout: sfn.Timeout.duration(Duration.seconds(30)),
    });
    charge.addRetry({ errors: ["GatewayTimeout"], interval: Duration.minutes(1), maxAttempts: 3 });
    charge.addCatch(new sfn.Fail(this, "Refuse", { error: "OrderRefused", cause: "the card was declined" }), {
      errors: ["CardDeclined"],
    });
    const wait = sfn.Wait.jsonata(this, "Wait for objections", { time: sfn.WaitTime.duration(Duration.days(3)) });
    new sfn.StateMachine(this, "StateMachine", {
      stateMachineName: "Orders",
      queryLanguage: sfn.QueryLanguage.JSONATA,
      definitionBody: sfn.DefinitionBody.fromChainable(charge.next(store).next(wait).next(ship)),
    });
  }

  private function(name: string): lambda.Function {
    return new lambda.Function(this, `${name}-function`, {
      runtime: lambda.Runtime.NODEJS_22_X,
      code: lambda.Code.fromAsset("functions"),
      handler: `${name}.handler`,
    });
  }
}
