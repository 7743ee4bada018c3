import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { goLiveGate } from '../../gates/go-live-gate.js';

export default class GoLiveGate extends gateCommand({ Command, Flags }, goLiveGate) {}
