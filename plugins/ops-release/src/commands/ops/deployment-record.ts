import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { deploymentRecord } from '../../gates/deployment-record.js';

export default class DeploymentRecord extends gateCommand({ Command, Flags }, deploymentRecord) {}
