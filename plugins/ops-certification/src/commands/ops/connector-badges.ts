import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { connectorBadges } from '../../gates/connector-badges.js';

export default class ConnectorBadges extends gateCommand({ Command, Flags }, connectorBadges) {}
