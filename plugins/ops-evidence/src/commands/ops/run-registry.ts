import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { runRegistry } from '../../gates/run-registry.js';

export default class RunRegistry extends gateCommand({ Command, Flags }, runRegistry) {}
