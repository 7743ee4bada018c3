import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { releaseEvidencePack } from '../../gates/release-evidence-pack.js';

export default class ReleaseEvidencePack extends gateCommand({ Command, Flags }, releaseEvidencePack) {}
