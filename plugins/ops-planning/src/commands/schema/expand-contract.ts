import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { schemaExpandContract } from '../../gates/schema-expand-contract.js';

export default class SchemaExpandContract extends gateCommand({ Command, Flags }, schemaExpandContract) {}
