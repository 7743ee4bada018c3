import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { certificationAutomationPlan } from '../../gates/certification-automation-plan.js';

export default class CertificationAutomationPlan extends gateCommand({ Command, Flags }, certificationAutomationPlan) {}
