import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { strategyPreflight } from '../../gates/strategy-preflight.js';

export default class StrategyPreflight extends gateCommand({ Command, Flags }, strategyPreflight) {}
