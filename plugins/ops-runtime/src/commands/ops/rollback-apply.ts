import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { rollbackApply } from '../../gates/rollback-apply.js';

export default class RollbackApply extends gateCommand({ Command, Flags }, rollbackApply) {}
