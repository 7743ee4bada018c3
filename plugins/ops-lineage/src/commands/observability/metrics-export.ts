import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { metricsExport } from '../../gates/metrics-export.js';

export default class MetricsExport extends gateCommand({ Command, Flags }, metricsExport) {}
