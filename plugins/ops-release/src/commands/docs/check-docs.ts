import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { checkDocs } from '../../gates/check-docs.js';

export default class CheckDocs extends gateCommand({ Command, Flags }, checkDocs) {}
