import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { stagingEvidence } from '../../gates/staging-evidence.js';

export default class StagingEvidence extends gateCommand({ Command, Flags }, stagingEvidence) {}
