import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { evidenceChain } from '../../gates/evidence-chain.js';

export default class EvidenceChain extends gateCommand({ Command, Flags }, evidenceChain) {}
