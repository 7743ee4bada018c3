import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { strategyCertificationBundle } from '../../gates/strategy-certification-bundle.js';

export default class CertificationBundle extends gateCommand({ Command, Flags }, strategyCertificationBundle) {}
