import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { schemaInfer } from '../../gates/schema-infer.js';

export default class SchemaInfer extends gateCommand({ Command, Flags }, schemaInfer) {}
