import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { incidentPack } from '../../gates/incident-pack.js';

export default class IncidentPack extends gateCommand({ Command, Flags }, incidentPack) {}
