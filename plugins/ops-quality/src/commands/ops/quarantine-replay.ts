import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { quarantineReplay } from '../../gates/quarantine-replay.js';

export default class QuarantineReplay extends gateCommand({ Command, Flags }, quarantineReplay) {}
