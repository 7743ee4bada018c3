import type { Json, StateAdvance } from '@dpone/sdk';
import type { Behaviour } from '../../behaviour.js';
import { sameRows } from '../../compare.js';
import { orders } from '../../fixtures/domain.js';
import { withRows, type Row } from '../../fixtures/fixture.js';
import type { SourceScenario } from '../../scenario.js';
import { held, readOnce, request, seeded, useSource } from './use-source.js';

/** What the engine does with a read's advance once the load is committed. */
function advanced(advance: StateAdvance, rows: readonly Row[], before: Json): Json {
  if (advance.kind === 'value') return advance.state;
  if (advance.kind === 'none') return before;
  const values = rows.map((row) => row[advance.column] as string | null).filter((v) => v !== null);
  if (values.length === 0) return before;
  return values.reduce((a, b) => (a < b ? b : a));
}

export const incrementsByCursor: Behaviour<SourceScenario> = {
  id: 'source.increments-by-cursor',
  title: 'an increment holds exactly what is new, ties whole, and nothing when nothing is',
  applies: ({ definition }) =>
    definition.capabilities.cursors.some((kind) => kind === 'column' || kind === 'new_files'),
  run: async (scenario) => {
    const { append } = scenario;
    if (append === undefined) throw new Error('A cursor is declared: the scenario needs `append`.');
    const byColumn = scenario.definition.capabilities.cursors.includes('column');
    const scope = byColumn ? ({ cursor: 'column', column: 'ordered_on' } as const) : ({ cursor: 'new_files' } as const);
    const whole = held(scenario, orders(1, 12));
    // Two values only, so that every increment has ties.
    const first = withRows(
      whole,
      whole.rows.map((row, i) => ({ ...row, ordered_on: i % 2 === 0 ? '2026-01-01' : '2026-01-02' })),
    );
    const second = withRows(
      whole,
      held(scenario, orders(13, 20)).rows.map((row) => ({ ...row, ordered_on: '2026-01-03' })),
    );
    await seeded(scenario, first, (c, place) =>
      useSource(scenario, c, place, async (source) => {
        const columns = first.schema.columns;
        let state: Json = null;
        const step = async (expected: readonly Row[], what: string): Promise<void> => {
          const { rows, read } = await readOnce(source, request({ scope, state }), c);
          sameRows(rows, expected, columns, what);
          state = JSON.parse(JSON.stringify(advanced(read.advance, rows, state))) as Json;
        };
        await step(first.rows, 'the first increment');
        await step([], 'an increment when nothing is new');
        await append(place, second, c);
        await step(second.rows, 'the increment after rows were added');
        await step([], 'the increment after that');
        if (!byColumn) return;
        // A row that ties with the last one and comes late: nothing is lost where rows may come twice.
        const late = withRows(
          whole,
          held(scenario, orders(21, 22)).rows.map((row) => ({ ...row, ordered_on: '2026-01-03' })),
        );
        await append(place, late, c);
        const { rows } = await readOnce(source, request({ scope, state, mayRepeat: true }), c);
        const ids = new Set(late.rows.map((row) => String(row['id'])));
        const found = rows.filter((row) => ids.has(String(row['id'])));
        sameRows(found, late.rows, columns, 'rows that tie with the last value, where rows may repeat');
      }),
    );
  },
};
