import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { evidenceVerify } from '../../gates/evidence-verify.js';

export default class EvidenceVerify extends gateCommand({ Command, Flags }, evidenceVerify) {}
