import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { docsPublishPack } from '../../gates/docs-publish-pack.js';

export default class DocsPublishPack extends gateCommand({ Command, Flags }, docsPublishPack) {}
