import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { manifestArg, selectFlags } from '../../flags.js';

export default class ManifestList extends DponeCommand {
  static override summary = 'List the processes of a manifest.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests/shop.yml'];
  static override args = manifestArg;
  static override flags = { registry: selectFlags.registry, format: formatFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ManifestList);
    const [{ loadManifest }, { tableText }] = await Promise.all([
      import('@dpone/engine'),
      import('../../render/table.js'),
    ]);
    const manifest = await loadManifest(args.manifest, {
      workdir: process.cwd(),
      env: process.env,
      registryPaths: flags.registry ?? [],
    });
    const processes = manifest.processes.map((spec) => ({
      name: spec.name,
      selector: spec.selector,
      source: spec.source.type,
      sink: spec.sink.type,
      strategy: spec.sink.strategy.mode,
      description: spec.description ?? null,
    }));
    this.print(flags.format, { manifest: manifest.file, kind: manifest.kind, processes }, () =>
      tableText(
        [
          ['name', 'selector', 'source', 'sink', 'strategy'],
          ...processes.map((p) => [p.name, p.selector ?? '-', p.source, p.sink, p.strategy]),
        ],
        flags.format,
      ),
    );
  }
}
