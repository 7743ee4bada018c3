import type { Column } from '@dpone/sdk';
import type { Fixture, Row } from '@dpone/testkit';
import type { Message } from 'kafkajs';

/** A fixture's rows as JSON messages, written without the connector. Numbers keep every digit. */
export const jsonMessages = (fixture: Fixture): Message[] =>
  fixture.rows.map((row) => ({ key: String(row['id']), value: jsonText(row, fixture.schema.columns) }));

const jsonText = (row: Row, columns: readonly Column[]): string =>
  `{${columns.map((c) => `${JSON.stringify(c.name)}:${valueText(row[c.name], c)}`).join(',')}}`;

function valueText(value: unknown, { type }: Column): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'bigint') return String(value);
  if (type.kind === 'decimal') return `${value as string}`;
  if (type.kind === 'json') return value as string;
  return JSON.stringify(value);
}
