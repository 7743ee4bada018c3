import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { policyEvaluate } from '../../gates/policy-evaluate.js';

export default class PolicyEvaluate extends gateCommand({ Command, Flags }, policyEvaluate) {}
