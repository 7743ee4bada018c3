import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { acmeGate } from '../../gates/acme.js';

export default class Acme extends gateCommand({ Command, Flags }, acmeGate) {}
