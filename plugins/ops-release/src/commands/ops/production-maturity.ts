import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { productionMaturity } from '../../gates/production-maturity.js';

export default class ProductionMaturity extends gateCommand({ Command, Flags }, productionMaturity) {}
