import type { Manifest } from '@dpone/engine';
import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { folderFlags, manifestArg } from '../../flags.js';

export default class ManifestList extends DponeCommand {
  static override summary = 'List the processes of a manifest, or of the manifests in a folder.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> manifests/shop.yml',
    '<%= config.bin %> <%= command.id %> manifests --recursive',
  ];
  static override args = manifestArg;
  static override flags = { ...folderFlags, format: formatFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ManifestList);
    const [{ loadManifest }, { manifestFiles }, { tableText }] = await Promise.all([
      import('@dpone/engine'),
      import('../../manifest-files.js'),
      import('../../render/table.js'),
    ]);
    const files = await manifestFiles(args.manifest, flags.recursive);
    const options = { workdir: process.cwd(), env: process.env, registryPaths: flags.registry ?? [] };
    const manifests = await Promise.all(files.map(async (file) => listed(await loadManifest(file, options))));
    const one = files.length === 1 && files[0] === args.manifest;
    this.print(flags.format, one ? manifests[0] : { folder: args.manifest, manifests }, () =>
      tableText(
        [
          [...(one ? [] : ['manifest']), 'name', 'selector', 'source', 'sink', 'strategy'],
          ...manifests.flatMap(({ manifest, processes }) =>
            processes.map((p) => [...(one ? [] : [manifest]), p.name, p.selector ?? '-', p.source, p.sink, p.strategy]),
          ),
        ],
        flags.format,
      ),
    );
  }
}

const listed = ({ file, kind, processes }: Manifest) => ({
  manifest: file,
  kind,
  processes: processes.map((spec) => ({
    name: spec.name,
    selector: spec.selector,
    source: spec.source.type,
    sink: spec.sink.type,
    strategy: spec.sink.strategy.mode,
    description: spec.description ?? null,
  })),
});
