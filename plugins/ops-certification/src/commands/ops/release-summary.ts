import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { releaseSummary } from '../../gates/release-summary.js';

export default class ReleaseSummary extends gateCommand({ Command, Flags }, releaseSummary) {}
