import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { preReleaseChecklist } from '../../gates/pre-release-checklist.js';

export default class PreReleaseChecklist extends gateCommand({ Command, Flags }, preReleaseChecklist) {}
