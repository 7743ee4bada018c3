import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { recoveryPlan } from '../../gates/recovery-plan.js';

export default class RecoveryPlan extends gateCommand({ Command, Flags }, recoveryPlan) {}
