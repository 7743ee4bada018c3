import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { benchmarkBaseline } from '../../gates/benchmark-baseline.js';

export default class BenchmarkBaseline extends gateCommand({ Command, Flags }, benchmarkBaseline) {}
