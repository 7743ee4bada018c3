import { gateCommand } from '@dpone/sdk/gate-command';
import { Command, Flags } from '@oclif/core';
import { checkDocs } from '../../gates/check-docs.js';

export default class CheckDocs extends gateCommand({ Command, Flags }, checkDocs) {
  override async run() {
    const report = await super.run();
    // Pipelines that have this command tell a red one by 2.
    if (process.exitCode === 1) process.exitCode = 2;
    return report;
  }
}
