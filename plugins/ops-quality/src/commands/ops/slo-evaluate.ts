import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { sloEvaluate } from '../../gates/slo-evaluate.js';

export default class SloEvaluate extends gateCommand({ Command, Flags }, sloEvaluate) {}
