import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { certificationPack } from '../../gates/certification-pack.js';

export default class CertificationPack extends gateCommand({ Command, Flags }, certificationPack) {}
