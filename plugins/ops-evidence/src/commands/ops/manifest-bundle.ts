import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { manifestBundle } from '../../gates/manifest-bundle.js';

export default class ManifestBundle extends gateCommand({ Command, Flags }, manifestBundle) {}
