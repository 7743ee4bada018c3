import type { Column, FrameworkColumn, LoadRef, StagingSpec } from '@dpone/sdk';
import { addMark, changeMark } from './marks-sql.js';
import { createSchema, instant, moment } from './meta-sql.js';
import type { StagingNames } from './names.js';
import { quoteName, tableLabel, textLiteral } from './sql.js';
import type { TableFacts } from './target.js';
import { isText, parseNative, stagedType } from './types.js';

/** What staging is made with. */
export interface StagingPlan {
  readonly names: StagingNames;
  readonly load: LoadRef;
  readonly spec: StagingSpec;
  readonly facts: TableFacts | null;
  /** The target's type of a column. */
  readonly typeOf: (column: Column) => string;
  /** Of text columns that the target does not have. */
  readonly collation: string | undefined;
  /** ISO 8601: the value of `extracted_at`. */
  readonly now: string;
}

/**
 * Makes the staging tables of a load. Columns with one value for the whole load are defaults of the table: the bulk load
 * does not send them, and no row is written twice.
 */
export function createStaging(plan: StagingPlan): string[] {
  const { names, load } = plan;
  const own = plan.spec.columns.map((c) => ({ name: c.name, sql: definition(c, plan) }));
  const framework = plan.spec.framework.map((c, i) => ({
    name: c.name,
    sql: definition(c, plan) + valued(c, i, plan),
  }));
  const columns = inTargetOrder([...own, ...framework], plan.facts);
  const mark = whose(load);
  return [
    createSchema(names.schema),
    ...dropStaging(names),
    `CREATE TABLE ${names.rows} (${columns.map((c) => c.sql).join(', ')})`,
    addMark({ schema: names.schema, name: names.rowsName }, mark),
    `CREATE TABLE ${names.rejects} ([partition] int NULL, [position] int NULL, [reason] nvarchar(max) NOT NULL, ` +
      '[row] nvarchar(max) NOT NULL, [diagnostics] nvarchar(max) NOT NULL)',
    // Also this one says whose it is: after a swap it is all that is left of a load.
    addMark({ schema: names.schema, name: names.rejectsName }, mark),
  ];
}

function definition(column: Column, plan: StagingPlan): string {
  const type = stagedType(plan.typeOf(column));
  const nullable = stagedNullable(column, plan.facts) ? 'NULL' : 'NOT NULL';
  return `${quoteName(column.name)} ${type}${collate(column.name, type, plan)} ${nullable}`;
}

/**
 * NOT NULL where the source and the target both say so: what the manifest alone asks for is a check, which tells rows that
 * break it. What is NOT NULL from the start need not be looked for when staging takes the target's place.
 */
export const stagedNullable = (column: Column, facts: TableFacts | null): boolean =>
  column.nullable || (facts !== null && facts.columns.find((c) => c.name === column.name)?.nullable !== false);

/** Comparing two columns of different collations is an error: staging has the target's. */
export function collate(name: string, type: string, plan: Pick<StagingPlan, 'facts' | 'collation'>): string {
  if (!isText(type)) return '';
  const known = plan.facts?.columns.find((c) => c.name === name)?.collation;
  const collation = known ?? plan.collation;
  return collation === undefined ? '' : ` COLLATE ${collation}`;
}

const isHash = (column: FrameworkColumn): boolean => column.value === 'row_id' || column.value === 'row_hash';

/** The name of a default, so that it can be dropped when staging takes the target's place. */
const defaultName = (load: LoadRef, i: number): string => quoteName(`__dpone__df_${load.loadId}_${i}`);

function valued(column: FrameworkColumn, i: number, plan: StagingPlan): string {
  const value = constantValue(column, plan);
  return value === null ? '' : ` CONSTRAINT ${defaultName(plan.load, i)} DEFAULT ${value}`;
}

function constantValue(column: FrameworkColumn, { load, now, typeOf }: StagingPlan): string | null {
  const at = (iso: string): string =>
    parseNative(typeOf(column)).base === 'datetimeoffset' ? instant(iso) : moment(iso);
  switch (column.value) {
    case 'load_id':
      return textLiteral(load.loadId);
    case 'run_id':
      return textLiteral(load.runId);
    case 'loaded_at':
      return at(load.startedAt);
    case 'extracted_at':
      return at(now);
    case 'true':
      return '1';
    default:
      return null;
  }
}

/** The defaults go before staging becomes the target: its rows are the load's, later ones are not. */
export const dropDefaults = (plan: StagingPlan): string[] =>
  plan.spec.framework.flatMap((column, i) =>
    constantValue(column, plan) === null
      ? []
      : [`ALTER TABLE ${plan.names.rows} DROP CONSTRAINT IF EXISTS ${defaultName(plan.load, i)}`],
  );

/** Hashes are of each row: staging is written once more for them. */
export function hashStatement({ names, spec, typeOf }: StagingPlan): string[] {
  const hashed = spec.framework.filter(isHash);
  if (hashed.length === 0) return [];
  const of = (column: FrameworkColumn): readonly Column[] =>
    column.of === undefined
      ? spec.columns
      : column.of.map(
          (name) => spec.columns.find((c) => c.name === name) ?? { name, type: { kind: 'string' }, nullable: true },
        );
  const set = hashed.map((c) => `${quoteName(c.name)} = ${rowHash(of(c), typeOf)}`);
  return [`UPDATE ${names.rows} WITH (TABLOCK) SET ${set.join(', ')}`];
}

/** {@link rowDigest} as a text. */
const rowHash = (columns: readonly Column[], typeOf: (column: Column) => string): string =>
  `LOWER(CONVERT(char(64), ${rowDigest(columns, typeOf)}, 2))`;

/** SHA-256 over each value's length and text, so that no two different rows are written alike; NULL is told from ''. */
export function rowDigest(columns: readonly Column[], typeOf: (column: Column) => string): string {
  const parts = columns.map((column) => {
    const name = quoteName(column.name);
    const text = hashText(name, stagedType(typeOf(column)));
    return `CASE WHEN ${name} IS NULL THEN N'-' ELSE CONCAT(DATALENGTH(${text}), N':', ${text}) END`;
  });
  return `HASHBYTES('SHA2_256', ${concatenated(parts)})`;
}

/** Most arguments of CONCAT but one; the fewest are two (https://learn.microsoft.com/sql/t-sql/functions/concat-transact-sql). */
const CONCATENATED = 253;

function concatenated(parts: readonly string[]): string {
  const groups = Array.from({ length: Math.ceil(parts.length / CONCATENATED) }, (_, i) =>
    parts.slice(i * CONCATENATED, (i + 1) * CONCATENATED),
  );
  const texts = groups.map((group) => `CONCAT(N'', ${group.join(', ')})`);
  return texts.length > 1 ? concatenated(texts) : (texts[0] ?? "N''");
}

/** A value as a text that says all of it (https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql). */
function hashText(name: string, type: string): string {
  const styled = (style: number): string => `CONVERT(nvarchar(max), ${name}, ${style})`;
  switch (parseNative(type).base) {
    case 'real':
    case 'float':
      return styled(3);
    case 'money':
    case 'smallmoney':
      return styled(2);
    case 'date':
      return styled(23);
    case 'time':
    case 'datetime':
    case 'datetime2':
    case 'smalldatetime':
    case 'datetimeoffset':
      return styled(121);
    case 'binary':
    case 'varbinary':
      return styled(1);
    default:
      return `CONVERT(nvarchar(max), ${name})`;
  }
}

/** What the mark of a staging table says: whose it is. */
export interface StagingMark {
  readonly load_id: string;
  readonly target: string;
  readonly process: string;
}

const whose = (load: LoadRef): StagingMark => ({
  load_id: load.loadId,
  target: tableLabel(load.target),
  process: load.process,
});

/** Says that other processes put rows in, too. */
export const markShared = ({ schema, rowsName }: StagingNames, load: LoadRef): string =>
  changeMark({ schema, name: rowsName }, { ...whose(load), shared: true });

export const dropStaging = (names: StagingNames): string[] => [
  `IF OBJECT_ID(${textLiteral(names.rows)}, N'U') IS NOT NULL DROP TABLE ${names.rows}`,
  `IF OBJECT_ID(${textLiteral(names.rejects)}, N'U') IS NOT NULL DROP TABLE ${names.rejects}`,
];

/** Columns that the target has stand as they do there, the others behind them. */
function inTargetOrder<T extends { readonly name: string }>(columns: readonly T[], facts: TableFacts | null): T[] {
  const order = new Map((facts?.columns ?? []).map((c, i) => [c.name, i]));
  const at = (column: T): number => order.get(column.name) ?? order.size;
  return columns.toSorted((a, b) => at(a) - at(b));
}
