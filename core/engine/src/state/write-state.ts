import type { Json, LoadRef, StateRecord } from '@dpone/sdk';
import { errorOf, packageRecords } from '../load/package-record.js';
import { loadError } from '../load/load-error.js';
import type { Work } from '../load/work.js';
import type { OpenSides } from './open-sides.js';
import { targetName } from '../plan/program.js';

/** The strategy in the receipt of a state that was set. */
export const REPLAY_FROM = 'replay_from';

/**
 * Sets the state of a process. Where it is in the target this is a load without rows: behind the fence, with a receipt
 * and a package, so that it takes effect once or not at all whatever happens, and the history tells of it. Needs the lock.
 */
export async function writeState(
  { host, spec, sink, access }: OpenSides,
  load: LoadRef,
  state: Json,
  before: StateRecord,
  work: Work,
): Promise<void> {
  if (!access.inTarget) return access.put({ state, loadId: load.loadId }, before.loadId);
  const { schema } = await sink.inspect();
  const columns = (schema?.columns ?? []).filter(({ name }) => !name.toLowerCase().startsWith('__dpone__'));
  const records = packageRecords(host.workdir, spec, host.clock);
  await records.start(load);
  try {
    const staging = await sink.begin(load, { columns, framework: [], badRows: 'fail', mayBecomeTarget: false });
    await staging.finalize({
      load,
      columns: columns.map(({ name, type, nullable }) => ({ name, type, nullable })),
      changes: [],
      // Of no rows. A sink that appends can carry this out, and not every one a program without a step.
      steps: [{ op: 'append' }],
      receipt: {
        loadId: load.loadId,
        runId: load.runId,
        process: load.process,
        target: targetName(load.target),
        strategy: REPLAY_FROM,
        fence: load.fence,
        rowsStaged: 0,
        rowsRejected: 0,
        startedAt: load.startedAt,
        detail: {
          state: { key: access.key, before: before.state, before_load_id: before.loadId, after: state, changed: true },
        },
      },
      state: { key: access.key, state },
    });
    await staging.drop();
  } catch (thrown) {
    // The answer to a commit can get lost: only the receipt knows.
    const receipt = await sink.recover(load.loadId).then(
      () => sink.receipt(load.loadId),
      () => undefined,
    );
    if (receipt === null) await records.end(load.loadId, { status: 'failed', error: errorOf(loadError(thrown, work)) });
    if (receipt === null || receipt === undefined) throw loadError(thrown, work);
  }
  await records.end(load.loadId, { status: 'committed', rows_loaded: 0, state_after: state });
}
