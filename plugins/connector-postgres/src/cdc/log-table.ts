import { type CanonicalType, type Column, type Logger } from '@dpone/sdk';
import { BASE_TYPE } from '../catalog-columns.js';
import { catalogRows } from '../catalog-query.js';
import type { Doing } from '../errors.js';
import type { Session } from '../session.js';
import { canonicalType } from '../types.js';
import type { CdcTable } from './cdc-table.js';
import { otherType, readShape, readsAs } from './log-shape.js';
import type { LogColumn, LogRelation, LogTuple } from './pgoutput.js';

export interface LogTableInput {
  readonly session: Session;
  readonly label: string;
  readonly table: CdcTable;
  /** The columns that are read. */
  readonly read: readonly Column[];
  /** The numbers of its columns at the last load. */
  readonly before: Readonly<Record<string, number>>;
  readonly log: Logger;
  readonly doing: Doing;
}

/** The table in the form in which the log has it at present, against the form that it has now. */
export class LogTable {
  readonly #input: LogTableInput;
  readonly #warned = new Set<string>();
  /** Names of now, by place in a tuple; undefined where the column is dropped or not read. */
  names: readonly (string | undefined)[] = [];
  #identity: readonly number[] = [];
  #key: readonly number[] = [];
  #types: readonly CanonicalType[] = [];

  constructor(input: LogTableInput) {
    this.#input = input;
  }

  /** Takes the form that the following changes have. */
  async take(relation: LogRelation): Promise<void> {
    const { table, before, label, read } = this.#input;
    const meanings = readShape(relation.columns, table.attributes, before, label);
    const names: (string | undefined)[] = [];
    const types: CanonicalType[] = [];
    for (const [at, meaning] of meanings.entries()) {
      const logged = relation.columns[at]!;
      const name = meaning.kind === 'column' ? meaning.attribute.name : undefined;
      const column = table.columns.find((c) => c.name === name);
      names.push(name);
      types.push(column?.type ?? { kind: 'string' });
      if (meaning.kind === 'dropped') this.#warnDropped(logged.name);
      else if (column !== undefined && read.some((c) => c.name === name))
        if (meaning.attribute.type !== logged.type || meaning.attribute.typmod !== logged.typmod)
          await this.#assertReads(column, logged);
    }
    this.names = names;
    this.#types = types;
    const all = [...relation.columns.keys()];
    this.#identity = all.filter((at) => relation.columns[at]!.key);
    const key = all.filter((at) => table.primaryKey.includes(names[at] ?? ''));
    this.#key = key.length > 0 ? key : all;
  }

  /** The key before as JSON, where it was another: the primary key, else the whole row that identifies (FULL). */
  oldKey(old: LogTuple, row: LogTuple, whole: boolean): string | undefined {
    const places = whole ? this.#key : this.#identity;
    // What is not in the log did not change.
    if (places.every((at) => row[at] === undefined || row[at] === old[at])) return undefined;
    const members = places.flatMap((at) => {
      const name = this.names[at];
      return name === undefined ? [] : [`${JSON.stringify(name)}:${jsonValue(old[at] ?? null, this.#types[at]!)}`];
    });
    return `{${members.join(',')}}`;
  }

  #warnDropped(name: string): void {
    if (this.#warned.has(name)) return;
    this.#warned.add(name);
    this.#input.log.warn(
      `${this.#input.label}: the log has values of the column ${name}, which is dropped by now; they are left out`,
    );
  }

  async #assertReads(now: Column, logged: LogColumn): Promise<void> {
    const { session, doing, label } = this.#input;
    const [row] = await catalogRows(
      session,
      `SELECT format_type(b.typid, b.typmod) AS native FROM (SELECT ${logged.type}::oid AS atttypid, ${logged.typmod} AS atttypmod) AS a ` +
        `CROSS JOIN LATERAL ${BASE_TYPE} AS b`,
      doing,
    );
    const then = row?.['native'] ?? 'a type that is gone';
    const native = now.native?.type ?? '';
    if (then === native || (row !== undefined && readsAs(now.type, canonicalType(then)))) return;
    throw otherType(now.name, native, then, label);
  }
}

const NUMBERS = new Set(['int16', 'int32', 'int64']);

/** A number keeps its digits; anything that is no number or truth is its text. */
function jsonValue(text: string | null, type: CanonicalType): string {
  if (text === null) return 'null';
  if (NUMBERS.has(type.kind)) return text;
  if (type.kind === 'bool') return text === 't' ? 'true' : 'false';
  return JSON.stringify(text);
}
