import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { marketplace } from '../../gates/marketplace.js';

export default class Marketplace extends gateCommand({ Command, Flags }, marketplace) {}
