import type { Column } from '@dpone/sdk';
import type { Row } from '@dpone/testkit';
import type { RowChange } from './actions.js';

const column = (name: string, type: Column['type'], nullable: boolean = true): Column => ({ name, type, nullable });
const WHOLE = { kind: 'int64' } as const;

/** The columns of the source, without the one that is added later. */
const COLUMNS: readonly Column[] = [
  column('id', WHOLE, false),
  column('grp', WHOLE, false),
  column('version', WHOLE, false),
  column('name', { kind: 'string' }),
  column('changed_at', { kind: 'timestamp', precision: 6, tz: true }, false),
];
export const NOTE = column('note', { kind: 'string' });

/** The source as it is said to be: a table of few rows that changes, and the log of its changes. */
export class Shop {
  readonly #rows = new Map<number, Row>();
  readonly #seen = new Set<number>();
  #version = 0;
  hasNote = false;
  /** Changes that no load was told of yet, as events. */
  fresh: Row[] = [];

  get columns(): readonly Column[] {
    return this.hasNote ? [...COLUMNS, NOTE] : COLUMNS;
  }

  get rows(): readonly Row[] {
    return [...this.#rows.values()];
  }

  /** `onlyNew`: rows of keys that were ever there stay as they are. */
  change(change: RowChange, onlyNew: boolean): void {
    const known = this.#rows.get(change.id);
    if (onlyNew && this.#seen.has(change.id)) return;
    this.#seen.add(change.id);
    const version = ++this.#version;
    if (change.removes && known !== undefined) {
      this.#rows.delete(change.id);
      this.fresh.push({ ...known, version: BigInt(version), op: 'delete' });
      return;
    }
    const row: Row = {
      id: BigInt(change.id),
      grp: BigInt(change.group),
      version: BigInt(version),
      name: change.name === 0 ? null : `name ${change.name}`,
      changed_at: timeOf(version, change.late),
      note: this.hasNote ? `note ${change.name}` : null,
    };
    this.#rows.set(change.id, row);
    this.fresh.push({ ...row, op: known === undefined ? 'insert' : 'update' });
  }
}

/** Ten minutes a version, less what it is late; never twice for one key. */
const timeOf = (version: number, late: number): string =>
  new Date(Date.UTC(2026, 0, 1) + version * 600_000 - late * 660_000).toISOString().replace('Z', '000Z');
