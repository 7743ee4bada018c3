import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Column, FinalizeResult, LoadProgram, SinkLoad } from '@dpone/sdk';
import { applySteps, type Row, type SinkScenario } from '@dpone/testkit';
import { sinkScenario as acme, stored, unstored } from './acme.js';

interface Table {
  columns: readonly Column[];
  rows: unknown[][];
}
interface Store {
  readonly tables: Readonly<Record<string, Table>>;
  readonly staging: Record<string, Table>;
}

/** The acme sink with the steps that it lacks, carried out by the model: something to break. */
export const modelledScenario: SinkScenario = {
  ...acme,
  definition: {
    ...acme.definition,
    capabilities: {
      ...acme.definition.capabilities,
      finalize: [...acme.definition.capabilities.finalize, 'add_versions', 'apply_events'],
    },
    create: async (ctx) => {
      const sink = await acme.definition.create(ctx);
      const file = join(ctx.workdir, 'store.json');
      const modelled = (staging: SinkLoad): SinkLoad => ({
        ...staging,
        finalize: (program) => (isNew(program) ? byModel(file, program, staging) : staging.finalize(program)),
      });
      return { ...sink, begin: async (load, spec) => modelled(await sink.begin(load, spec)) };
    },
  },
};

const isNew = (program: LoadProgram): boolean =>
  program.steps.some(({ op }) => op === 'add_versions' || op === 'apply_events');

/** Puts what the model says into staging, and lets the target become that. */
async function byModel(file: string, program: LoadProgram, staging: SinkLoad): Promise<FinalizeResult> {
  const document = JSON.parse(await readFile(file, 'utf8')) as Store;
  const mine = document.staging[program.load.loadId]!;
  const target = document.tables[program.load.target.name]!;
  const all = [...mine.columns];
  const before = rowsOf(target);
  const at = program.load.startedAt.replace('Z', '000Z');
  const { rows, ...counts } = applySteps(program.steps, before, rowsOf(mine), all, at);
  const values = (row: Row): unknown[] => program.columns.map((c) => stored(row[c.name] ?? null, c.type));
  document.staging[program.load.loadId] = { ...mine, columns: program.columns, rows: rows.map(values) };
  await writeFile(file, JSON.stringify(document));
  const done = await staging.finalize({ ...program, steps: [{ op: 'replace_all', by: 'truncate_insert' }] });
  return { ...done, ...counts };
}

const rowsOf = ({ columns, rows }: Table): Row[] =>
  rows.map((row) => Object.fromEntries(columns.map((c, i) => [c.name, number(unstored(row[i] ?? null, c.type), c)])));

/** The store keeps large integers as texts. */
const number = (value: unknown, { type }: Column): unknown =>
  type.kind === 'int64' && value !== null ? BigInt(value as string) : value;
