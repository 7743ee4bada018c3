import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { defineGate, fail, isJsonObject, parseExactJson, type JsonObject } from '@dpone/sdk';
import { z } from 'zod';
import { readManifest } from '../manifest/read-manifest.js';
import { readColumns } from '../schema/column-def.js';
import { inferColumns, unsure, type SourceColumn } from '../types/infer-columns.js';
import { columnsOf, contractOf, inferenceOf } from '../types/manifest-types.js';
import { profileRows } from '../types/profile-rows.js';

const input = z.strictObject({
  manifest: z.string().optional().describe('A manifest: its columns, its contract, its options of inference.'),
  source: z.string().optional().describe('The columns of the source instead, a JSON list of name and dtype or type.'),
  rows: z.string().optional().describe('Sample rows: a JSON list of objects, or one object a line.'),
});

/** What the columns of a source are, from what is known of them. */
export const schemaInfer = defineGate({
  summary: 'Infer the types of columns from contract, source and sample rows',
  description:
    'A contract is surer than what the source says, that is surer than a sample. Text that looks like a number is one, unless it has zeros in front. Connects to nothing.',
  input,
  example: { source: 'source.json', rows: 'sample.jsonl' },
  format: 'text',
  evaluate: async ({ manifest, source, rows }, { cwd }) => {
    const process = manifest === undefined ? undefined : await readManifest(cwd, manifest);
    const options = inferenceOf(process, manifest);
    const contract = contractOf(process, manifest);
    const described: readonly SourceColumn[] =
      source === undefined ? columnsOf(process, manifest) : await readColumns(cwd, source, '--source');
    const sample = rows === undefined ? [] : await readRows(cwd, rows);
    const profiles = options.enabled ? profileRows(sample, options) : new Map<string, never>();
    const columns = inferColumns({ source: described, profiles, contract, options });
    return {
      options,
      columns: Object.fromEntries(columns),
      profiles: Object.fromEntries(profiles),
      schema_contract: contract,
      warnings: unsure(columns, options),
      schema_version: 'dpone.schema.inference.v1',
      passed: true,
      blockers: [],
    };
  },
  text: ({ columns, warnings }) =>
    [
      ...Object.values(columns).map(
        ({ name, logical_type, nullable, confidence, decision_source }) =>
          `${name}: ${logical_type}${nullable ? '' : ' not null'} (${decision_source}, ${confidence})`,
      ),
      ...warnings.map((warning) => `warning: ${warning}`),
    ].join('\n'),
  view: {
    title: 'schema inference',
    facts: [],
    sections: ({ columns }) => [
      {
        heading: 'Columns',
        head: ['column', 'type', 'nullable', 'confidence', 'from', 'reason'],
        rows: Object.values(columns).map((c) => [
          c.name,
          c.logical_type,
          c.nullable ? 'yes' : 'no',
          c.confidence,
          c.decision_source,
          c.reason,
        ]),
      },
    ],
    runbook: [
      'Look at every column that a warning names: give it a type in schema_contract.columns.',
      'Take a larger sample, or one of other days, where values of several kinds were met.',
    ],
  },
});

async function readRows(cwd: string, path: string): Promise<JsonObject[]> {
  const text = await readFile(resolve(cwd, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw fail('DPONE_INPUT_INVALID', `The rows cannot be read (${error.code}).`, { where: `--rows ${path}` });
  });
  const refuse = (what: string): Error => fail('DPONE_INPUT_INVALID', what, { where: `--rows ${path}` });
  const values = parseRows(text);
  if (values === undefined) throw refuse('The file is neither a JSON list nor one JSON object a line.');
  return values.map((value, at) => {
    if (!isJsonObject(value)) throw refuse(`Row ${at + 1} is no object.`);
    return value;
  });
}

function parseRows(text: string): readonly unknown[] | undefined {
  try {
    if (text.trimStart().startsWith('[')) return parseExactJson(text) as readonly unknown[];
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => parseExactJson(line));
  } catch {
    return undefined;
  }
}
