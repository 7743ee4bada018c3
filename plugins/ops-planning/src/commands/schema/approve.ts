import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { schemaApprove } from '../../gates/schema-approve.js';

export default class SchemaApprove extends gateCommand({ Command, Flags }, schemaApprove) {}
