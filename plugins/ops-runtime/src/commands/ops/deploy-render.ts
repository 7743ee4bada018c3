import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { deployRender } from '../../gates/deploy-render.js';

export default class DeployRender extends gateCommand({ Command, Flags }, deployRender) {}
