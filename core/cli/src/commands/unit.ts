import { text } from 'node:stream/consumers';
import type { Unit } from '@dpone/sdk';
import { DponeCommand, formatFlag } from '../dpone-command.js';
import { dieWithParent } from '../die-with-parent.js';

export default class UnitCommand extends DponeCommand {
  static override hidden = true;
  static override summary = 'Carry out one unit of work, read as JSON from stdin; print its result as JSON.';
  static override flags = { format: formatFlag() };

  async run(): Promise<void> {
    await this.parse(UnitCommand);
    dieWithParent();
    const [{ fail }, { openSession }, { selectProcesses }, { runUnit }, { faultAt }] = await Promise.all([
      import('@dpone/sdk'),
      import('../session.js'),
      import('../processes.js'),
      import('@dpone/engine'),
      import('../render/fault.js'),
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
    const { loadId, process: name } = unit.load;
    await faultAt(process.env)({ type: 'step', process: name, load_id: loadId, step: 'stage.unit' });
    this.print('json', result, () => '');
  }
}
