import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { evidenceSign } from '../../gates/evidence-sign.js';

export default class EvidenceSign extends gateCommand({ Command, Flags }, evidenceSign) {}
