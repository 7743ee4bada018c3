import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { integrationMatrixReport } from '../../gates/integration-matrix-report.js';

export default class IntegrationMatrixReport extends gateCommand({ Command, Flags }, integrationMatrixReport) {}
