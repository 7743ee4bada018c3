import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { manifestArg, selectFlags } from '../../flags.js';

export default class ManifestValidate extends DponeCommand {
  static override summary = 'Say everything that is wrong with a manifest, each with its line.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests/orders.yml'];
  static override args = manifestArg;
  static override flags = { registry: selectFlags.registry, format: formatFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ManifestValidate);
    const [{ validateManifest }, { manifestFindings, findingsText }] = await Promise.all([
      import('@dpone/engine'),
      import('../../render/manifest-findings.js'),
    ]);
    const validation = await validateManifest(args.manifest, {
      workdir: process.cwd(),
      env: process.env,
      registryPaths: flags.registry ?? [],
    });
    const report = manifestFindings(args.manifest, validation);
    this.print(flags.format, report, () => findingsText(report));
    process.exitCode = report.passed ? 0 : 2;
  }
}
