import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { evidenceBundle } from '../../gates/evidence-bundle.js';

export default class EvidenceBundle extends gateCommand({ Command, Flags }, evidenceBundle) {}
