import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { dbtLineage } from '../../gates/dbt-lineage.js';

export default class DbtLineage extends gateCommand({ Command, Flags }, dbtLineage) {}
