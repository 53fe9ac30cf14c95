import { App } from 'aws-cdk-lib';
import { RefundsStack } from '../lib/refunds-stack';

const app = new App();
new RefundsStack(app, 'Refunds');
