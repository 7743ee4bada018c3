import { defineGate, isJsonObject, type JsonObject } from '@dpone/sdk';
import { z } from 'zod';
import { objectAt, readManifest, type RawProcess } from '../manifest/read-manifest.js';
import { readColumns } from '../schema/column-def.js';
import { createTable, risksOf } from '../types/create-table.js';
import { inferColumns, type SourceColumn } from '../types/infer-columns.js';
import { inferenceOptions } from '../types/inference-options.js';
import { block, columnsOf, contractOf } from '../types/manifest-types.js';
import { physicalOptions, temporalFidelity, type TemporalFidelity } from '../types/physical-options.js';
import { PHYSICAL_SINKS, physicalSink, targetColumn } from '../types/target-type.js';

const input = z.strictObject({
  manifest: z.string().optional().describe('A manifest: its columns, its contract, its physical design.'),
  source: z.string().optional().describe('The columns of the source instead, a JSON list of name and dtype or type.'),
  table: z
    .string()
    .regex(/^[^\p{Cc}]*\S[^\p{Cc}]*$/u, 'is no name of a table')
    .optional()
    .describe("The table. Default: the manifest's, else landing.table."),
  sink: z.enum(PHYSICAL_SINKS).optional().describe("The system. Default: the manifest's, else postgres."),
});

/** The table that a load would make, for a system and by a physical design. */
export const schemaPhysicalPlan = defineGate({
  summary: 'Print the CREATE TABLE of a target, with its types and its physical design',
  description:
    'Types come from the contract, else from the source; the manifest can set them for a system. Names are quoted as the system quotes them. Connects to nothing.',
  input,
  example: { source: 'source.json', table: 'landing.orders', sink: 'postgres' },
  format: 'text',
  evaluate: async ({ manifest, source, table, sink }, { cwd }) => {
    const process = manifest === undefined ? undefined : await readManifest(cwd, manifest);
    const system = sink ?? physicalSink(textAt(process?.sink, 'type') ?? '') ?? 'postgres';
    const name = table ?? tableOf(process) ?? 'landing.table';
    const options = block(
      physicalOptions,
      objectAt(objectAt(process?.sink, 'options'), 'physical_design'),
      'sink.options.physical_design',
      manifest,
    );
    const contract = contractOf(process, manifest);
    const described: readonly SourceColumn[] =
      source === undefined ? columnsOf(process, manifest) : await readColumns(cwd, source, '--source');
    const inferred = inferColumns({
      source: described,
      profiles: new Map(),
      contract,
      options: inferenceOptions.parse({}),
    });
    const temporal = temporalOf(process, manifest);
    const columns = [...inferred.values()].map((column) => targetColumn(system, column, options, temporal));
    const ddl = createTable(system, name, columns, options);
    return {
      sink_type: system,
      table: name,
      options,
      columns: Object.fromEntries(columns.map((column) => [column.name, column])),
      ddl,
      risks: risksOf(options, ddl),
      contract,
      warnings: [
        ...(columns.length === 0 ? ['no columns are known'] : []),
        ...(system === 'clickhouse' && columns.some(({ nullable }) => nullable)
          ? ['empty values become the default of the type: ClickHouse columns are not nullable here']
          : []),
      ],
      schema_version: 'dpone.schema.physical_plan.v1',
      passed: true,
      blockers: [],
    };
  },
  text: ({ ddl, risks }) => [...ddl, ...risks.map((risk) => `-- ${risk}`)].join('\n'),
  view: {
    title: 'physical plan',
    facts: ['sink_type', 'table', 'risks'],
    sections: ({ columns, ddl }) => [
      {
        heading: 'Columns',
        head: ['column', 'logical type', 'type', 'nullable', 'from', 'reason'],
        rows: Object.values(columns).map((c) => [
          c.name,
          c.logical_type,
          c.target_type,
          c.nullable ? 'yes' : 'no',
          c.decision_source,
          c.reason,
        ]),
      },
      { heading: 'Statements', code: ddl.join('\n'), language: 'sql' },
    ],
    runbook: [
      'Compare the types with what readers of the table expect; set others under physical_design.columns.',
      'Run statements that a risk names only in a window in which nobody needs the table.',
    ],
  },
});

const textAt = (value: JsonObject | undefined, key: string): string | undefined => {
  const found = value?.[key];
  return typeof found === 'string' ? found : undefined;
};

function tableOf(process: RawProcess | undefined): string | undefined {
  const table = process?.sink['table'];
  if (typeof table === 'string' && table !== '') return table;
  if (!isJsonObject(table)) return undefined;
  const parts = [textAt(table, 'schema'), textAt(table, 'name')].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join('.');
}

function temporalOf(process: RawProcess | undefined, path: string | undefined): TemporalFidelity {
  const of = (side: JsonObject | undefined): JsonObject =>
    objectAt(objectAt(objectAt(objectAt(side, 'options'), 'type_fidelity'), 'temporal'), 'offset_timestamp');
  return block(
    temporalFidelity,
    { ...of(process?.source), ...of(process?.sink) },
    'type_fidelity.temporal.offset_timestamp',
    path,
  );
}
