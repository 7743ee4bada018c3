import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { releaseClose } from '../../gates/release-close.js';

export default class ReleaseClose extends gateCommand({ Command, Flags }, releaseClose) {}
