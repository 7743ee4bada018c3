import { Flags } from '@oclif/core';
import type { PlanResult } from '@dpone/engine';
import { DponeCommand, formatFlag } from '../dpone-command.js';
import { manifestArg, selectFlags } from '../flags.js';

export default class Plan extends DponeCommand {
  static override summary = 'Say what a run would do: lane, schema changes, statements. Writes nothing.';
  static override examples = ['<%= config.bin %> <%= command.id %> manifests/orders.yml'];
  static override args = manifestArg;
  static override flags = {
    ...selectFlags,
    format: formatFlag(),
    'apply-safe-schema': Flags.boolean({
      description: 'Accepted for compatibility: safe changes are applied by the run.',
    }),
    'explain-strategy': Flags.boolean({ description: 'Accepted for compatibility: the reasons are always shown.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Plan);
    const [{ openSession }, { selectProcesses }, { planProcess }, { planText }] = await Promise.all([
      import('../session.js'),
      import('../processes.js'),
      import('@dpone/engine'),
      import('../render/plan-result.js'),
    ]);
    const session = await openSession(this.config);
    const specs = await selectProcesses(session, args.manifest, flags);
    const plans: PlanResult[] = [];
    for (const spec of specs) plans.push(await planProcess(session.host, spec, { signal: session.interruption() }));
    this.print(flags.format, plans.length === 1 ? plans[0] : { processes: plans }, () =>
      plans.map((plan) => planText(plan, flags.format)).join('\n\n'),
    );
  }
}
