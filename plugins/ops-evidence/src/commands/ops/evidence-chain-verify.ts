import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { evidenceChainVerify } from '../../gates/evidence-chain-verify.js';

export default class EvidenceChainVerify extends gateCommand({ Command, Flags }, evidenceChainVerify) {}
