import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { certificationHistory } from '../../gates/certification-history.js';

export default class CertificationHistory extends gateCommand({ Command, Flags }, certificationHistory) {}
