import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { diff } from '../../gates/diff.js';

export default class Diff extends gateCommand({ Command, Flags }, diff) {}
