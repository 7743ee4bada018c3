import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { packageCommit } from '../../gates/package-commit.js';

export default class PackageCommit extends gateCommand({ Command, Flags }, packageCommit) {}
