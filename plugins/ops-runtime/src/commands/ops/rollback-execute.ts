import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { rollbackExecute } from '../../gates/rollback-execute.js';

export default class RollbackExecute extends gateCommand({ Command, Flags }, rollbackExecute) {}
