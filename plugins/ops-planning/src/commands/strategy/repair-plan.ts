import { gateCommand } from '@dpone/sdk/gate-command';
import { Args, Command, Flags } from '@oclif/core';
import { strategyRepairPlan } from '../../gates/strategy-repair-plan.js';

export default class StrategyRepairPlan extends gateCommand({ Args, Command, Flags }, strategyRepairPlan) {}
