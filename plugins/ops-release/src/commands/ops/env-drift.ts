import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { envDrift } from '../../gates/env-drift.js';

export default class EnvDrift extends gateCommand({ Command, Flags }, envDrift) {}
