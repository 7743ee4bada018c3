import type { Column } from '@dpone/sdk';
import type { Row } from '@dpone/testkit';
import type { Story } from './fixture.js';

/** What says of a row of a table which event it is, and when it came. */
export const EVENT_COLUMNS: readonly Column[] = [
  { name: 'op', type: { kind: 'string' }, nullable: false },
  { name: 'position', type: { kind: 'int64' }, nullable: false },
];

/** `sink.strategy.cdc` of a source that holds events in a table. */
export const EVENT_OPTIONS = { cdc: { operation_column: 'op', order_column: 'position' } };

/** The table beside that of a story, in which its events are held. */
export const eventTable = ({ name, columns }: { readonly name: string; readonly columns: readonly Column[] }) => ({
  name: `${name}_events`,
  columns: [...columns, ...EVENT_COLUMNS],
});

export interface Events {
  /** One event a key, in whose place comes the next one of that key. */
  readonly held: Story;
  /** What the log of a system says of the change: its tables replace a row by deleting and inserting it. */
  readonly logged: readonly Row[];
}

/** A story as events of its rows. */
export function eventsOf({ first, changed, added, deleted }: Story): Events {
  const as = (op: string) => (row: Row) => ({ ...row, op, position: row['version'] });
  const last = [...first, ...changed, ...added].reduce((most, row) => larger(most, row['version'] as bigint), 0n);
  const gone = deleted.map((row, i) => as('delete')({ ...row, version: last + BigInt(i + 1) }));
  return {
    held: {
      first: first.map(as('insert')),
      changed: [...changed.map(as('update')), ...gone],
      added: added.map(as('insert')),
      deleted: [],
    },
    logged: [...[...changed, ...deleted].map(as('delete')), ...[...changed, ...added].map(as('insert'))],
  };
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** The table that events tell of, one after the other. */
export function applyEvents(target: readonly Row[], events: readonly Row[]): readonly Row[] {
  const rows = new Map(target.map((row) => [row['id'], row]));
  for (const event of events)
    if (event['op'] === 'delete') rows.delete(event['id']);
    else rows.set(event['id'], event);
  return [...rows.values()];
}
