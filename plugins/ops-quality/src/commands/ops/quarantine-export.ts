import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { quarantineExport } from '../../gates/quarantine-export.js';

export default class QuarantineExport extends gateCommand({ Command, Flags }, quarantineExport) {}
