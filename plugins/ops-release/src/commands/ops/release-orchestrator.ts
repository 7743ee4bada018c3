import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { releaseOrchestrator } from '../../gates/release-orchestrator.js';

export default class ReleaseOrchestrator extends gateCommand({ Command, Flags }, releaseOrchestrator) {}
