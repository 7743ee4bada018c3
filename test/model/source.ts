import type { Row } from '@dpone/testkit';
import { createTable, insertRows, withDuckdb } from '../matrix/systems/duckdb-sql.js';
import type { TempProject } from '../support/temp-project.js';
import type { Shop } from './shop.js';
import type { StrategyModel } from './strategies.js';

const TABLE = 'shop';

/** The `source:` block that reads the shop. */
export const sourceBlock = ({ reads, source }: StrategyModel, story: string): object =>
  reads === 'rows'
    ? {
        type: 'duckdb',
        connection: `${story}.source.duckdb`,
        table: { schema: 'main', name: TABLE },
        options: source ?? {},
      }
    : { type: 'files', options: { path: `changes/${story}/*.csv`, incremental_strategy: 'new_files', ...source } };

/** Where a story's source is. */
export interface Place {
  readonly project: TempProject;
  readonly story: string;
}

/** Shows the shop to the loads that follow: its rows as they are, or what changed since it was shown last. */
export async function show(shop: Shop, model: StrategyModel, { project, story }: Place, round: number): Promise<void> {
  const { columns, rows } = shop;
  if (model.reads === 'rows')
    return withDuckdb(project.file(`${story}.source.duckdb`), async (db) => {
      await db.run(`DROP TABLE IF EXISTS ${TABLE}`);
      await db.run(createTable(TABLE, columns));
      if (rows.length > 0) await db.run(insertRows(TABLE, columns, rows));
    });
  const events = 'cdc' in model.options;
  const fresh = shop.fresh.filter((row) => events || row['op'] !== 'delete');
  if (fresh.length === 0) return;
  const names = [...columns.map((c) => c.name), ...(events ? ['op', 'seq'] : [])];
  project.write(
    `changes/${story}/${String(round).padStart(3, '0')}.csv`,
    csv(
      fresh.map((row) => ({ ...row, seq: row['version'] })),
      names,
    ),
  );
}

/** NULL is nothing between two commas. */
function csv(rows: readonly Row[], names: readonly string[]): string {
  const text = (value: unknown): string => ((value ?? null) === null ? '' : `${value as bigint | string}`);
  const lines = [names, ...rows.map((row) => names.map((name) => text(row[name])))];
  return `${lines.map((line) => line.join(',')).join('\n')}\n`;
}
