import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Workflow } from './workflow';

/** Starts an Express workflow with the body of a request and answers with what the execution gave. */
export class StartSync extends apigateway.HttpRouteIntegration {
  constructor(private readonly workflow: Workflow) {
    super('StartSync');
  }

  bind(options: apigateway.HttpRouteIntegrationBindOptions): apigateway.HttpRouteIntegrationConfig {
    const { machine, alias } = this.workflow;
    const role = new iam.Role(options.scope, 'StartSyncRole', {
      assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com'),
    });
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['states:StartSyncExecution'],
        resources: [machine.stateMachineArn, alias.attrArn],
      }),
    );
    return {
      type: apigateway.HttpIntegrationType.AWS_PROXY,
      subtype: apigateway.HttpIntegrationSubtype.STEPFUNCTIONS_START_SYNC_EXECUTION,
      payloadFormatVersion: apigateway.PayloadFormatVersion.VERSION_1_0,
      credentials: apigateway.IntegrationCredentials.fromRole(role),
      parameterMapping: new apigateway.ParameterMapping()
        .custom('StateMachineArn', alias.attrArn)
        .custom('Input', '$request.body'),
    };
  }
}
