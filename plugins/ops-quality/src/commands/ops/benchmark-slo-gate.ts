import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { benchmarkSloGate } from '../../gates/benchmark-slo-gate.js';

export default class BenchmarkSloGate extends gateCommand({ Command, Flags }, benchmarkSloGate) {}
