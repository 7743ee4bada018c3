import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { releaseGate } from '../../gates/release-gate.js';

export default class ReleaseGate extends gateCommand({ Command, Flags }, releaseGate) {}
