import { Flags } from '@oclif/core';
import { DponeCommand, formatFlag } from '../../dpone-command.js';
import { folderFlags, manifestArg } from '../../flags.js';

export default class ManifestValidate extends DponeCommand {
  static override summary = 'Say everything that is wrong with a manifest, each with its line.';
  static override description =
    'Looks at the manifest alone; options of a connector or strategy are held against its plugin by check and plan. Exit code 2 where a manifest cannot run, 1 where it breaks a rule of its validation block.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> manifests/orders.yml',
    '<%= config.bin %> <%= command.id %> manifests --recursive',
  ];
  static override args = manifestArg;
  static override flags = {
    ...folderFlags,
    'warn-only': Flags.boolean({ description: 'Tell of broken rules, and end with 0 all the same.' }),
    format: formatFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ManifestValidate);
    const [{ validateManifest }, { manifestFiles }, { manifestFindings, findingsText }] = await Promise.all([
      import('@dpone/engine'),
      import('../../manifest-files.js'),
      import('../../render/manifest-findings.js'),
    ]);
    const files = await manifestFiles(args.manifest, flags.recursive);
    const options = { workdir: process.cwd(), env: process.env, registryPaths: flags.registry ?? [] };
    const reports = await Promise.all(
      files.map(async (file) => manifestFindings(file, await validateManifest(file, options))),
    );
    const one = files.length === 1 && files[0] === args.manifest;
    const passed = reports.every((report) => report.passed);
    this.print(flags.format, one ? reports[0] : { folder: args.manifest, passed, manifests: reports }, () =>
      one
        ? findingsText(reports[0]!)
        : reports.map((report) => `${report.manifest}\n${findingsText(report).replaceAll(/^/gm, '  ')}`).join('\n'),
    );
    const broken = reports.some(({ issues }) => issues.length > 0);
    process.exitCode = broken ? 2 : passed || flags['warn-only'] ? 0 : 1;
  }
}
