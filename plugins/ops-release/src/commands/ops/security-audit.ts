import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { securityAudit } from '../../gates/security-audit.js';

export default class SecurityAudit extends gateCommand({ Command, Flags }, securityAudit) {}
