import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { schemaPhysicalPlan } from '../../gates/schema-physical-plan.js';

export default class SchemaPhysicalPlan extends gateCommand({ Command, Flags }, schemaPhysicalPlan) {}
