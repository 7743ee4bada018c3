import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { rollbackPlan } from '../../gates/rollback-plan.js';

export default class RollbackPlan extends gateCommand({ Command, Flags }, rollbackPlan) {}
