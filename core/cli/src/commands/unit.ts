import { text } from 'node:stream/consumers';
import type { Unit } from '@dpone/sdk';
import { DponeCommand } from '../dpone-command.js';

export default class UnitCommand extends DponeCommand {
  static override hidden = true;
  static override summary = 'Carry out one unit of work, read as JSON from stdin; print its result as JSON.';

  async run(): Promise<void> {
    await this.parse(UnitCommand);
    const [{ fail }, { openSession }, { selectProcesses }, { runUnit }] = await Promise.all([
      import('@dpone/sdk'),
      import('../session.js'),
      import('../processes.js'),
      import('@dpone/engine'),
    ]);
    let unit: Unit;
    try {
      unit = JSON.parse(await text(process.stdin)) as Unit;
    } catch (cause) {
      throw fail('DPONE_INPUT_INVALID', 'the unit of work is not JSON', { where: 'stdin', cause });
    }
    const session = await openSession(this.config);
    const [spec] = await selectProcesses(session, unit.manifest, { selector: [unit.process] });
    const result = await runUnit(session.host, unit, spec!, { signal: session.interruption() });
    this.print('json', result, () => '');
  }
}
