import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { postDeployVerify } from '../../gates/post-deploy-verify.js';

export default class PostDeployVerify extends gateCommand({ Command, Flags }, postDeployVerify) {}
