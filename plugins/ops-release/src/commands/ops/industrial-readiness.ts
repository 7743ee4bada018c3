import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { industrialReadiness } from '../../gates/industrial-readiness.js';

export default class IndustrialReadiness extends gateCommand({ Command, Flags }, industrialReadiness) {}
