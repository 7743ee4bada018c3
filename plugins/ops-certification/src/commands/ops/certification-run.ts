import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { certificationRun } from '../../gates/certification-run.js';

export default class CertificationRun extends gateCommand({ Command, Flags }, certificationRun) {}
