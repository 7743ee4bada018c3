import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { certify } from '../gates/certify.js';

export default class Certify extends gateCommand({ Command, Flags }, certify) {}
