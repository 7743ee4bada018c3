import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { reconcile } from '../../gates/reconcile.js';

export default class Reconcile extends gateCommand({ Command, Flags }, reconcile) {}
