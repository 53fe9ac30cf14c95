import * as path from 'node:path';
import { CfnOutput, Duration, RemovalPolicy, Stack, StackProps } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { StartSync } from './start-sync';
import { Workflow } from './workflow';

export class RefundsStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const lookUpTerms = this.rust('LookUpTerms', 'look_up_terms');
    const refundPayment = this.rust('RefundPayment', 'refund_payment');
    const customerService = new sns.Topic(this, 'CustomerService');
    const seats = new dynamodb.TableV2(this, 'Seats', {
      partitionKey: { name: 'ticket', type: dynamodb.AttributeType.STRING },
      removalPolicy: RemovalPolicy.DESTROY,
    });

    // Express: the app waits for the answer.
    const terms = new Workflow(this, 'RefundTerms', {
      file: 'refund-terms',
      type: sfn.StateMachineType.EXPRESS,
      substitutions: { LookUpTermsArn: lookUpTerms.functionArn },
      failures: 5,
    });
    const api = new apigateway.HttpApi(this, 'Api');
    api.addRoutes({
      path: '/terms',
      methods: [apigateway.HttpMethod.POST],
      integration: new StartSync(terms),
    });

    // Standard: for each returned ticket.
    const refund = new Workflow(this, 'RefundTicket', {
      file: 'refund-ticket',
      type: sfn.StateMachineType.STANDARD,
      substitutions: {
        RefundTermsArn: terms.machine.stateMachineArn,
        RefundPaymentArn: refundPayment.functionArn,
        CustomerServiceTopicArn: customerService.topicArn,
        SeatsTable: seats.tableName,
      },
      failures: 1,
    });
    const liveRefund = sfn.StateMachine.fromStateMachineArn(this, 'LiveRefund', refund.alias.attrArn);
    new events.Rule(this, 'GivenBack', {
      eventPattern: { source: ['theatre.box-office'], detailType: ['TicketGivenBack'] },
      targets: [
        new targets.SfnStateMachine(liveRefund, { input: events.RuleTargetInput.fromEventPath('$.detail') }),
      ],
    });
    // Each morning a ticket that cost nothing goes all the way, so that an alarm reports a problem before a customer does.
    new events.Rule(this, 'EveryMorning', {
      schedule: events.Schedule.cron({ hour: '6', minute: '0' }),
      targets: [
        new targets.SfnStateMachine(liveRefund, {
          input: events.RuleTargetInput.fromObject({ id: 'probe', show: 'matinee', cents: 0 }),
        }),
      ],
    });

    new CfnOutput(this, 'TermsUrl', { value: `${api.apiEndpoint}/terms`, description: 'POST a ticket here.' });
  }

  /** A binary of the crate, as `cargo lambda build --release --arm64` leaves it. */
  private rust(id: string, binary: string): lambda.Function {
    return new lambda.Function(this, id, {
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: lambda.Architecture.ARM_64,
      handler: 'bootstrap',
      code: lambda.Code.fromAsset(path.join(__dirname, '..', '..', 'target', 'lambda', binary)),
      timeout: Duration.seconds(10),
      tracing: lambda.Tracing.ACTIVE,
    });
  }
}
