import * as fs from 'node:fs';
import * as path from 'node:path';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

/** The folder that `STEPWRIGHT_EMIT=write cargo test --test asl` writes. */
const ASL = path.join(__dirname, '..', '..', 'asl');

export interface WorkflowProps {
  /** The name of its files: `refund-ticket` for `refund-ticket.asl.json`. */
  readonly file: string;
  readonly type: sfn.StateMachineType;
  /** A value for each placeholder of the definition; `stepwright placeholders` lists them. */
  readonly substitutions: Record<string, string>;
  /** How many failures in five minutes are an alarm. */
  readonly failures: number;
}

/** A workflow of the crate beside this stack: the state machine with its policy, log, version, alias and alarm. */
export class Workflow extends Construct {
  readonly machine: sfn.StateMachine;
  /** What callers start. It stands for the version that is deployed. */
  readonly alias: sfn.CfnStateMachineAlias;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    this.machine = new sfn.StateMachine(this, 'Machine', {
      stateMachineType: props.type,
      definitionBody: sfn.DefinitionBody.fromFile(path.join(ASL, `${props.file}.asl.json`)),
      definitionSubstitutions: props.substitutions,
      tracingEnabled: true,
      logs: {
        level: sfn.LogLevel.ERROR,
        destination: new logs.LogGroup(this, 'Log', {
          logGroupName: `/aws/vendedlogs/states/${Stack.of(this).stackName}-${id}`,
          retention: logs.RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    this.allow(props);

    // A version for each deployed definition, retained so that its executions can be inspected.
    const machine = this.machine.node.defaultChild as sfn.CfnStateMachine;
    const version = new sfn.CfnStateMachineVersion(this, 'Version', {
      stateMachineArn: this.machine.stateMachineArn,
      stateMachineRevisionId: machine.attrStateMachineRevisionId,
    });
    version.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.alias = new sfn.CfnStateMachineAlias(this, 'Alias', {
      name: 'live',
      deploymentPreference: { stateMachineVersionArn: version.attrArn, type: 'ALL_AT_ONCE' },
    });

    this.machine.metricFailed({ period: Duration.minutes(5) }).createAlarm(this, 'Failures', {
      threshold: props.failures,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  /** The policy that was made of the definition, with the placeholders' values. CDK adds logs and traces itself. */
  private allow(props: WorkflowProps) {
    const text = fs.readFileSync(path.join(ASL, `${props.file}.policy.json`), 'utf8');
    const filled = text.replace(/\$\{(\w+)\}/g, (placeholder, name: string) => {
      const value = props.substitutions[name];
      if (value === undefined) {
        throw new Error(`${props.file}.policy.json: there is no value for ${placeholder}`);
      }
      return value;
    });
    const document = iam.PolicyDocument.fromJson(JSON.parse(filled));
    this.machine.role.attachInlinePolicy(new iam.Policy(this, 'Policy', { document }));
  }
}
