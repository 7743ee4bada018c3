import { fail, type Unit, type UnitResult } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { RunOptions } from '../options.js';
import { planLoad } from '../plan/load-plan.js';
import { openProcess, type OpenProcess } from '../plan/open-process.js';
import { stateAccess } from '../plan/state-access.js';
import { carryOutUnit } from './carry-out.js';
import { loadError } from './load-error.js';
import { startWork } from './work.js';

/** The load's owner writes the quarantine, and what another process could not read does not reach it. */
const ELSEWHERE: Parameters<typeof carryOutUnit>[4] = {
  add: (rows) =>
    Promise.reject(
      fail(
        'DPONE_CAPABILITY',
        `${rows.length} rows could not be read, and a unit in another process cannot set them aside`,
        {
          where: 'engine.executor',
          remedy:
            'Use the executor that runs loads in its own process, or mend the rows: the first is ' + rows[0]?.reason,
        },
      ),
    ),
};

/** Whether what is read here is of this process's own state of the source. */
const ownRead = ({ source, chunk }: OpenProcess): boolean =>
  chunk !== undefined && source.capabilities.elsewhere?.includes('all') !== true;

/**
 * Carries out one unit in this process, from the manifest alone: opens source and sink as the load's owner did, and adds
 * the unit's partition to the staging that the owner made. Takes no lock and finalizes nothing.
 */
export async function runUnit(
  host: EngineHost,
  unit: Unit,
  spec: ProcessSpec,
  options: Pick<RunOptions, 'signal'> & { readonly onProgress?: (rows: number, bytes: number) => void } = {},
): Promise<UnitResult> {
  const work = startWork(options.signal);
  const scope = host.openScope(`unit ${unit.load.loadId} ${unit.partition.index}`);
  try {
    const open = await openProcess(host, spec, scope, {
      signal: work.signal,
      chunk: unit.chunk,
      streams: unit.streams,
    });
    const source = await open.openSource();
    const sink = await open.openSink();
    const plan = await planLoad(open, source, sink, await stateAccess(open, sink));
    try {
      const staging = await sink.attach(unit.load, plan.staging);
      const progress = (_partition: number, rows: number, bytes: number): void => options.onProgress?.(rows, bytes);
      const result = await carryOutUnit(plan, unit, staging, progress, ELSEWHERE);
      await plan.read.verify();
      return ownRead(open) ? { ...result, identity: plan.read.identity } : result;
    } finally {
      await plan.read.close();
    }
  } catch (thrown) {
    throw loadError(thrown, work);
  } finally {
    work.close();
    await scope.dispose();
  }
}
