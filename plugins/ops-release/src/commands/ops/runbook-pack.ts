import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { runbookPack } from '../../gates/runbook-pack.js';

export default class RunbookPack extends gateCommand({ Command, Flags }, runbookPack) {}
