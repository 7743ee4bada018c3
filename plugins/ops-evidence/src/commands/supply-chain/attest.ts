import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { supplyChainAttest } from '../../gates/supply-chain-attest.js';

export default class SupplyChainAttest extends gateCommand({ Command, Flags }, supplyChainAttest) {}
