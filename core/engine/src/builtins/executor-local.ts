import { defineExecutor, fail, type Executor, type Unit, type UnitResult } from '@dpone/sdk';
import pLimit from 'p-limit';
import { z } from 'zod';
import { unitInProcess } from './unit-process.js';

const options = z.strictObject({
  processes: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe(
      'Carry units out in processes of their own, at most so many at once. Default: in the process of the load, whose engines have threads of their own.',
    ),
});

/** Carries units out on this machine: in this process, or each in one of a pool. */
export const executorLocal = defineExecutor<z.output<typeof options>>({
  summary: 'Carries units of work out in this process, or in a pool of processes',
  options,
  elsewhere: ({ processes }) => processes !== undefined,
  create: (ctx): Executor => {
    const { processes } = ctx.options;
    if (processes === undefined) return { run: carryOutAll, close: () => Promise.resolve() };
    const { command } = ctx;
    if (command === undefined)
      throw fail('DPONE_CAPABILITY', 'this program cannot begin processes of dpone for units of work', {
        where: 'engine.executor.processes',
        remedy: 'Run the manifest by the dpone command, or leave processes out.',
      });
    // One pool for every load of this executor: `processes` is what the machine is meant to bear.
    const pool = pLimit(processes);
    return {
      run: (units) => {
        const stop = new AbortController();
        const signal = AbortSignal.any([ctx.signal, stop.signal]);
        const carryOut = (unit: Unit): Promise<UnitResult> =>
          pool(() => {
            signal.throwIfAborted();
            return unitInProcess(unit, { command, workdir: ctx.workdir, signal });
          }).catch((error: unknown) => {
            stop.abort(error);
            throw error;
          });
        return carryOutAll(units, units.length, carryOut);
      },
      close: () => Promise.resolve(),
    };
  },
});

const carryOutAll: Executor['run'] = async (units, parallel, carryOut) => {
  const limit = pLimit(Math.max(1, parallel));
  let failure: { readonly error: unknown } | undefined;
  const results = await Promise.all(
    units.map((unit) =>
      limit(async (): Promise<UnitResult | undefined> => {
        if (failure !== undefined) return undefined;
        try {
          return await carryOut(unit);
        } catch (error) {
          failure ??= { error };
          return undefined;
        }
      }),
    ),
  );
  // Thrown only when every unit has ended: what cleans up afterwards must meet nobody at work.
  if (failure !== undefined) throw failure.error;
  return results.filter((result) => result !== undefined);
};
