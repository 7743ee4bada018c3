import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { manifestArg, selectFlags } from '../../flags.js';

export default class ManifestRender extends DponeCommand {
  static override summary =
    'Print processes as they stand after defaults, conventions and templates. Secrets stay references.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests/shop.yml --all'];
  static override args = manifestArg;
  static override flags = { ...selectFlags, format: formatFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ManifestRender);
    const [{ loadManifest, select }, { redactDeep }, { stringify }] = await Promise.all([
      import('@dpone/engine'),
      import('@dpone/sdk'),
      import('yaml'),
    ]);
    const manifest = await loadManifest(args.manifest, {
      workdir: process.cwd(),
      env: process.env,
      registryPaths: flags.registry ?? [],
    });
    const specs = await select(manifest, flags.selector ?? [], {
      all: flags.all,
      withDependencies: flags['with-dependencies'],
    });
    const rendered = specs.map((spec) => redactDeep(spec.raw));
    this.print(flags.format, { manifest: manifest.file, processes: rendered }, () =>
      rendered.map((block) => stringify(block).trimEnd()).join('\n---\n'),
    );
  }
}
