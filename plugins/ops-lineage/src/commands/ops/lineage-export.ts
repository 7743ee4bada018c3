import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { lineageExport } from '../../gates/lineage-export.js';

export default class LineageExport extends gateCommand({ Command, Flags }, lineageExport) {}
