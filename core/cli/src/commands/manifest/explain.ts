import { Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { manifestArg, oneProcessFlags } from '../../flags.js';

export default class ManifestExplain extends DponeCommand {
  static override summary = 'Say where each effective value of a process comes from.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests/orders.yml --why sink.strategy.mode'];
  static override args = manifestArg;
  static override flags = {
    registry: oneProcessFlags.registry,
    selector: Flags.string({ helpValue: 'NAME', description: 'The process, where the manifest has several.' }),
    why: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'PATH',
      description: 'A key, as sink.strategy.mode; every written key where absent.',
    }),
    format: formatFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ManifestExplain);
    const [{ loadManifest, explain }, { explanationText }] = await Promise.all([
      import('@dpone/engine'),
      import('../../render/explanation.js'),
    ]);
    const manifest = await loadManifest(args.manifest, {
      workdir: process.cwd(),
      env: process.env,
      registryPaths: flags.registry ?? [],
    });
    const explanations = await explain(manifest, flags.selector ?? null, flags.why ?? []);
    this.print(flags.format, { manifest: manifest.file, explanations }, () =>
      explanations.map(explanationText).join('\n'),
    );
  }
}
