import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fail, type SchemaChange } from '@dpone/sdk';
import { z } from 'zod';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { targetName } from '../plan/program.js';
import { whereOf } from '../plan/where.js';

const CONTRACTS = ['drop_column', 'map_to_generated_column'] as const;

/** A plan of `dpone schema expand-contract`, or of the reference system: its keys, and ours beside them. */
const planFile = z.looseObject({
  table: z.string().min(1),
  actions: z.array(
    z.looseObject({
      phase: z.enum(['expand', 'backfill', 'contract']),
      column: z.string().min(1),
      change_type: z.string().min(1),
    }),
  ),
});

type Action = z.output<typeof planFile>['actions'][number];

/** The steps of a plan that loads make, each once it is released. */
export interface ExpandContract {
  /** Relative to the project. */
  readonly path: string;
  /** Of the file's bytes: what an approval of the whole plan is bound to. */
  readonly sha256: string;
  readonly contracts: readonly { readonly column: string; readonly change: (typeof CONTRACTS)[number] }[];
  /** Columns, in lower case, whose values go to a generated column. */
  readonly generated: ReadonlySet<string>;
  /** Whether a change is a step of the plan. */
  covers(change: SchemaChange): boolean;
}

/**
 * The plan that a manifest names, or undefined.
 * @throws DPONE_FILE_NOT_FOUND, DPONE_INPUT_INVALID where it is no plan or one of another table
 */
export async function readExpandContract(workdir: string, spec: ProcessSpec): Promise<ExpandContract | undefined> {
  const { expandContract: path, newColumnPrefix } = spec.schemaEvolution;
  if (path === undefined) return undefined;
  const where = whereOf(spec, 'sink.options.schema_evolution.expand_contract');
  const bytes = await readFile(join(workdir, path)).catch(() => undefined);
  if (bytes === undefined)
    throw fail('DPONE_FILE_NOT_FOUND', `there is no plan ${path}`, {
      where,
      remedy: 'Write it: dpone schema expand-contract, or take the key out of the manifest.',
    });
  const parsed = planFile.safeParse(json(bytes.toString('utf8')));
  if (!parsed.success)
    throw fail('DPONE_INPUT_INVALID', `${path} is no plan of dpone schema expand-contract`, { where });
  const { table, actions } = parsed.data;
  const { table: target } = spec.sink;
  if (![targetName(target), target.name].some((name) => name.toLowerCase() === table.toLowerCase()))
    throw fail('DPONE_INPUT_INVALID', `${path} is a plan of ${table}, not of ${targetName(target)}`, { where });
  const named = (kinds: readonly string[]): ReadonlySet<string> =>
    new Set(actions.flatMap((action) => (kinds.includes(action.change_type) ? [action.column.toLowerCase()] : [])));
  const dropped = named(CONTRACTS);
  const generated = named(['add_generated_column', 'map_to_generated_column']);
  const added = new Set([
    ...named(['add_column']),
    ...[...generated].map((name) => newColumnPrefix.toLowerCase() + name),
  ]);
  const widened = named(['type_widen']);
  return {
    path,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    contracts: actions.flatMap(contractOf),
    generated,
    covers: (change) => {
      switch (change.kind) {
        case 'add_column':
          return added.has(change.column.name.toLowerCase());
        case 'widen_column':
          return widened.has(change.column.name.toLowerCase());
        case 'drop_column':
          return dropped.has(change.column.toLowerCase());
        default:
          return false;
      }
    },
  };
}

const contractOf = ({ phase, column, change_type }: Action): ExpandContract['contracts'] => {
  const change = CONTRACTS.find((one) => one === change_type);
  return phase === 'contract' && change !== undefined ? [{ column, change }] : [];
};

/** What is no JSON is no plan. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
