import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { cdcPlan } from '../gates/cdc-plan.js';

export default class CdcPlan extends gateCommand({ Command, Flags }, cdcPlan) {}
