import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { certificationSuite } from '../../gates/certification-suite.js';

export default class CertificationSuite extends gateCommand({ Command, Flags }, certificationSuite) {}
