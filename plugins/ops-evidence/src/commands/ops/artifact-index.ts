import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { artifactIndex } from '../../gates/artifact-index.js';

export default class ArtifactIndex extends gateCommand({ Command, Flags }, artifactIndex) {}
