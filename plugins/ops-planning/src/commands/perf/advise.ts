import { gateCommand } from '@dpone/sdk/gate-command';
import { Args, Command, Flags } from '@oclif/core';
import { perfAdvise } from '../../gates/perf-advise.js';

export default class PerfAdvise extends gateCommand({ Args, Command, Flags }, perfAdvise) {}
