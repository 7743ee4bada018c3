import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { folderFlags, manifestArg } from '../../flags.js';

export default class ManifestStats extends DponeCommand {
  static override summary = 'Count the processes of manifests by source, sink and strategy.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests --recursive'];
  static override args = manifestArg;
  static override flags = { ...folderFlags, format: formatFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ManifestStats);
    const [{ loadManifest }, { manifestFiles }, { tableText }] = await Promise.all([
      import('@dpone/engine'),
      import('../../manifest-files.js'),
      import('../../render/table.js'),
    ]);
    const files = await manifestFiles(args.manifest, flags.recursive);
    const options = { workdir: process.cwd(), env: process.env, registryPaths: flags.registry ?? [] };
    const manifests = await Promise.all(files.map((file) => loadManifest(file, options)));
    const processes = manifests.flatMap((manifest) => manifest.processes);
    const stats = {
      manifests: manifests.length,
      processes: processes.length,
      sources: counted(processes.map((spec) => spec.source.type)),
      sinks: counted(processes.map((spec) => spec.sink.type)),
      strategies: counted(processes.map((spec) => spec.sink.strategy.mode)),
      routes: counted(processes.map((spec) => `${spec.source.type} -> ${spec.sink.type}`)),
    };
    this.print(flags.format, stats, () =>
      tableText(
        [
          ['what', 'name', 'count'],
          ['manifests', '', String(stats.manifests)],
          ['processes', '', String(stats.processes)],
          ...(['sources', 'sinks', 'strategies', 'routes'] as const).flatMap((what) =>
            Object.entries(stats[what]).map(([name, count]) => [what, name, String(count)]),
          ),
        ],
        flags.format,
      ),
    );
  }
}

/** How often each name occurs, the most frequent first. */
function counted(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}
