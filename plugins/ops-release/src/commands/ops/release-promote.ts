import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { releasePromote } from '../../gates/release-promote.js';

export default class ReleasePromote extends gateCommand({ Command, Flags }, releasePromote) {}
