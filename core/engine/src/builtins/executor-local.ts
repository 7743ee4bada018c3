import { defineExecutor, type UnitResult } from '@dpone/sdk';
import pLimit from 'p-limit';
import { z } from 'zod';

/** Carries units out in this process: the engines behind the lanes have threads of their own. */
export const executorLocal = defineExecutor({
  summary: 'Carries units of work out in this process',
  options: z.object({}),
  create: () => ({
    async run(units, parallel, carryOut) {
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
    },
    close: () => Promise.resolve(),
  }),
});
