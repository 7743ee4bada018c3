import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { observabilityPack } from '../../gates/observability-pack.js';

export default class ObservabilityPack extends gateCommand({ Command, Flags }, observabilityPack) {}
