import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import { DponeCommand } from '../../dpone-command.js';
import { manifestArg } from '../../flags.js';
import { dagFlags, openDag } from '../../open-dag.js';

const PRESETS = {
  default: { max_edges: 2000, md_max_edges: 200, max_triggers: 10, include_evidence: false },
  ci: { max_edges: 500, md_max_edges: 200, max_triggers: 10, include_evidence: false },
  'debug-lite': { max_edges: 500, md_max_edges: 200, max_triggers: 20, include_evidence: true },
  debug: { max_edges: 0, md_max_edges: 0, max_triggers: 50, include_evidence: true },
} as const;

const most = (description: string) =>
  Flags.integer({ min: 0, description: `${description}; the preset’s by default.` });

export default class DagReport extends DponeCommand {
  static override summary = 'Report on the graph of processes: edges, ends, oddities and broken rules.';
  static override description = 'Exit code 1 where --fail-on finds what it names, of --fail-severity or worse.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> manifests/shop.yml --preset ci --format json --out-json dag.json',
    '<%= config.bin %> <%= command.id %> manifests/shop.yml --fail-on both --fail-severity WARNING',
  ];
  static override args = manifestArg;
  static override flags = {
    ...dagFlags,
    preset: Flags.option({
      options: ['default', 'ci', 'debug', 'debug-lite'] as const,
      default: 'default',
      description: 'How much is reported: `debug` everything with its evidence, `ci` 500 edges without.',
    })(),
    format: Flags.option({
      options: ['md', 'json', 'both'] as const,
      default: 'md',
      description: 'How the report is printed, where it is not written.',
    })(),
    'out-json': Flags.string({ helpValue: 'FILE', description: 'Write the report as JSON to this file.' }),
    'out-md': Flags.string({ helpValue: 'FILE', description: 'Write the report as a page to this file.' }),
    'max-edges': most('How many edges are listed at the most, 0 for all'),
    'md-max-edges': most('The same of the page'),
    'max-triggers': most('How many entries of depends_on are shown of an edge'),
    evidence: Flags.boolean({ allowNo: true, description: 'List the entries of depends_on that make each edge.' }),
    lint: Flags.boolean({
      allowNo: true,
      default: true,
      description: 'Also the rules of each manifest’s validation block.',
    }),
    'fail-on': Flags.option({
      options: ['none', 'lint_errors', 'anomalies', 'both'] as const,
      default: 'none',
      description: 'What makes the exit code 1.',
    })(),
    'fail-severity': Flags.option({
      options: ['ERROR', 'WARNING'] as const,
      default: 'ERROR',
      description: 'How bad it must be for that.',
    })(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DagReport);
    const [{ dagReport, dagReportPage, SEVERITIES }, { validateManifest }] = await Promise.all([
      import('../../render/dag-report.js'),
      import('@dpone/engine'),
    ]);
    const dag = await openDag(args.manifest, flags);
    const preset = PRESETS[flags.preset];
    const options = {
      preset: flags.preset,
      max_edges: flags['max-edges'] ?? preset.max_edges,
      md_max_edges: flags['md-max-edges'] ?? preset.md_max_edges,
      max_triggers: flags['max-triggers'] ?? preset.max_triggers,
      include_evidence: flags.evidence ?? preset.include_evidence,
      lint_enabled: flags.lint,
      fail_on: flags['fail-on'],
      fail_severity: flags['fail-severity'],
    };
    const workdir = resolve(flags['base-path']);
    const read = { workdir, env: process.env, registryPaths: flags.registry ?? [] };
    const files = flags.lint ? [...new Set(dag.tasks.map((task) => task.config_path))] : [];
    const naming = await Promise.all(
      files.map(async (file) => ({ file, issues: (await validateManifest(file, read)).naming })),
    );
    const report = dagReport({ dag, basePath: flags['base-path'], naming, options, now: new Date() });
    await this.#show(flags, report.json, () => dagReportPage(dag, report, options.md_max_edges));
    const worst = (found: readonly { readonly severity: string }[]): number =>
      Math.max(-1, ...found.map(({ severity }) => SEVERITIES.findIndex((one) => one === severity)));
    const judged = [
      ...(['anomalies', 'both'].includes(options.fail_on) ? report.anomalies : []),
      ...(['lint_errors', 'both'].includes(options.fail_on) ? report.lint : []),
    ];
    if (worst(judged) >= SEVERITIES.indexOf(options.fail_severity)) process.exitCode = 1;
  }

  async #show(
    flags: {
      readonly format: string;
      readonly 'out-json'?: string | undefined;
      readonly 'out-md'?: string | undefined;
    },
    json: unknown,
    page: () => string,
  ): Promise<void> {
    const { atomicWrite } = await import('@dpone/sdk');
    const { 'out-json': jsonFile, 'out-md': pageFile, format } = flags;
    if (jsonFile !== undefined) await atomicWrite(resolve(jsonFile), `${JSON.stringify(json, null, 2)}\n`);
    if (pageFile !== undefined) await atomicWrite(resolve(pageFile), `${page()}\n`);
    const shown = [
      ...(format === 'md' ? [] : [jsonFile ?? JSON.stringify(json, null, 2)]),
      ...(format === 'json' ? [] : [pageFile ?? page()]),
    ];
    process.stdout.write(`${shown.join('\n\n')}\n`);
  }
}
