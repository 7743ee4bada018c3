import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { approvalRecord } from '../../gates/approval-record.js';

export default class ApprovalRecord extends gateCommand({ Command, Flags }, approvalRecord) {}
