import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { catalogPublish } from '../../gates/catalog-publish.js';

export default class CatalogPublish extends gateCommand({ Command, Flags }, catalogPublish) {}
