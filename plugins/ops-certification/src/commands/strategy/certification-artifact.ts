import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { strategyCertificationArtifact } from '../../gates/strategy-certification-artifact.js';

export default class CertificationArtifact extends gateCommand({ Command, Flags }, strategyCertificationArtifact) {}
