import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { packageStart } from '../../gates/package-start.js';

export default class PackageStart extends gateCommand({ Command, Flags }, packageStart) {}
