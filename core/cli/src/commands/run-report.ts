import { join, resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../dpone-command.js';

export default class RunReportCommand extends DponeCommand {
  static override summary = 'Write a page of what a run did: steps, throughput, schema, quality, state, lineage.';
  static override description =
    'Made of what the run recorded, also of one that failed or was killed; reaches no system. The HTML page needs no other file and no network. A run that says it goes on and whose process is gone is marked as interrupted.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> 01JQZ7V7N3K9S5X2C8M4T6B0AD',
    '<%= config.bin %> <%= command.id %> nightly --pipeline "Shop, nightly" --out-dir reports',
  ];
  static override args = { run: Args.string({ description: 'Id of the run.', required: true }) };
  static override flags = {
    format: formatFlag(),
    pipeline: Flags.string({ description: 'Title of the page; the names of the processes by default.' }),
    'out-dir': Flags.string({
      default: '.dpone/run-reports',
      description: 'A folder of the run’s id is written below it: run.json, run.md and run.html.',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RunReportCommand);
    const [{ openSession }, { runReport }, { runReportHtml }, { runReportMarkdown }, { atomicWrite, stableJson }] =
      await Promise.all([
        import('../session.js'),
        import('@dpone/engine'),
        import('../render/run-report/page.js'),
        import('../render/run-report/markdown.js'),
        import('@dpone/sdk'),
      ]);
    const { host } = await openSession(this.config);
    const report = await runReport(host, args.run, { pipeline: flags.pipeline });
    const folder = join(flags['out-dir'], encodeURIComponent(args.run));
    const [json_path, markdown_path, html_path] = ['json', 'md', 'html'].map((ending) => `${folder}/run.${ending}`);
    const markdown = runReportMarkdown(report);
    await atomicWrite(resolve(host.workdir, json_path!), `${stableJson(report)}\n`);
    await atomicWrite(resolve(host.workdir, markdown_path!), markdown);
    await atomicWrite(resolve(host.workdir, html_path!), runReportHtml(report));
    const { status, passed } = report;
    this.print(flags.format, { run_id: args.run, status, passed, json_path, markdown_path, html_path }, () =>
      flags.format === 'md' ? markdown.trimEnd() : `run ${args.run}: ${status}\n  ${html_path}`,
    );
  }
}
