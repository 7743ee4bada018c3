import type { TableRef } from '@dpone/sdk';
import type { Design } from './design.js';
import type { Doing } from './errors.js';
import { createMeta } from './meta-sql.js';
import { META_TABLES, metaNames } from './names.js';
import type { Session } from './session.js';
import { tableLabel } from './sql.js';
import { tablesLike } from './table-facts.js';

/** Makes the tables of dpone beside a target, where one is missing. On a cluster another host may lack what this one has. */
export async function makeMeta(session: Session, target: TableRef, design: Design): Promise<void> {
  const doing: Doing = { what: tableLabel(target), code: 'DPONE_SINK_WRITE' };
  const there = await tablesLike(session, target.schema!, '__dpone__', doing);
  if (design.cluster !== undefined || META_TABLES.some((name) => !there.has(name)))
    await session.runAll(createMeta(metaNames(target), design), doing);
  for (const name of META_TABLES) session.seen.add(tableLabel({ ...target, name }));
}
