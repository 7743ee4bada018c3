import { defineGate } from '@dpone/sdk';
import { z } from 'zod';
import { readManifest } from '../manifest/read-manifest.js';
import { intelligence } from '../strategy/intelligence.js';
import { strategyContext } from '../strategy/strategy-context.js';

const fraction = (description: string) => z.number().min(0).max(1).optional().describe(description);

const input = z.strictObject({
  manifest: z.string().min(1).describe('The manifest.'),
  selector: z.string().optional().describe('The table, where the manifest has several: id, or schema.table.'),
  estimated_rows: z.int().min(0).optional().describe("Rows of the source. Default: the manifest's estimated_rows."),
  changed_percent: fraction('The share of rows that change between two loads: 0.05.'),
  delete_percent: fraction('The share of rows that are deleted between two loads.'),
  cdc_available: z.boolean().default(false).describe('The source can tell its changes.'),
});

/** Which strategy fits a load. */
export const strategyAdvise = defineGate({
  summary: 'Advise a load strategy for a manifest',
  description:
    'Reads the manifest as it is written, also one that could not run yet; of a batch manifest its defaults, or the table that --selector names. Connects to nothing. Always green: it is advice.',
  input,
  args: ['manifest'],
  example: { manifest: 'manifests/orders.yml', estimated_rows: 50_000_000, changed_percent: 0.2 },
  format: 'text',
  evaluate: async (given, { cwd }) => {
    const process = await readManifest(cwd, given.manifest, given.selector);
    const context = strategyContext(process, {
      rows: given.estimated_rows,
      changed: given.changed_percent,
      deleted: given.delete_percent,
      cdc: given.cdc_available ? true : undefined,
    });
    return {
      ...intelligence(context),
      schema_version: 'dpone.strategy.advice.v1',
      passed: true,
      blockers: [],
    };
  },
  text: ({ decision }) =>
    [
      `${decision.source_type} -> ${decision.sink_type}: ${decision.strategy_mode}`,
      ...(decision.merge_policy === null ? [] : [`merge policy: ${decision.merge_policy}`]),
      `fast path: ${decision.native_fast_path}`,
      ...[...decision.reasons, ...decision.safety_gates, ...decision.warnings].map(
        ({ code, message }) => `${code}: ${message}`,
      ),
    ].join('\n'),
  view: {
    title: 'strategy advice',
    facts: [],
    sections: ({ decision, repair_commands }) => [
      {
        heading: 'Decision',
        head: ['what', 'value'],
        rows: [
          ['source', decision.source_type],
          ['sink', decision.sink_type],
          ['asked for', decision.requested_mode],
          ['strategy', decision.strategy_mode],
          ['merge policy', decision.merge_policy],
          ['fast path', decision.native_fast_path],
          ['batch', decision.adaptive_batching.initial_batch_size],
          ['workers', decision.adaptive_batching.parallel_workers],
        ],
      },
      {
        heading: 'Why, and what to mind',
        head: ['code', 'severity', 'message', 'action'],
        rows: [...decision.reasons, ...decision.safety_gates, ...decision.warnings].map((signal) => [
          signal.code,
          signal.severity,
          signal.message,
          signal.action,
        ]),
      },
      { heading: 'Should it fail', code: repair_commands.join('\n'), language: 'sh' },
    ],
    runbook: [
      'Mend every signal of severity error in the manifest first.',
      'Set the strategy in the manifest, so that nothing is guessed when it runs: dpone plan shows its statements.',
    ],
  },
});
