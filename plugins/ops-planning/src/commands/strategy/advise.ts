import { gateCommand } from '@dpone/sdk/gate-command';
import { Args, Command, Flags } from '@oclif/core';
import { strategyAdvise } from '../../gates/strategy-advise.js';

export default class StrategyAdvise extends gateCommand({ Args, Command, Flags }, strategyAdvise) {}
