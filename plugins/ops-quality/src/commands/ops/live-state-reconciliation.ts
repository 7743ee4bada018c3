import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { liveStateReconciliation } from '../../gates/live-state-reconciliation.js';

export default class LiveStateReconciliation extends gateCommand({ Command, Flags }, liveStateReconciliation) {}
