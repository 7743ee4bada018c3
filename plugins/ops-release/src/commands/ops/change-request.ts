import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { changeRequest } from '../../gates/change-request.js';

export default class ChangeRequest extends gateCommand({ Command, Flags }, changeRequest) {}
