import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { schemaPlan } from '../../gates/schema-plan.js';

export default class SchemaPlan extends gateCommand({ Command, Flags }, schemaPlan) {
  static aliases: string[] = ['schema-plan'];
}
