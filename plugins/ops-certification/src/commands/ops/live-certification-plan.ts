import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { liveCertificationPlan } from '../../gates/live-certification-plan.js';

export default class LiveCertificationPlan extends gateCommand({ Command, Flags }, liveCertificationPlan) {}
