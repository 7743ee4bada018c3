import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { contractCheck } from '../../gates/contract-check.js';

export default class ContractCheck extends gateCommand({ Command, Flags }, contractCheck) {}
