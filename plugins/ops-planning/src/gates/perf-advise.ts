import { defineGate } from '@dpone/sdk';
import { z } from 'zod';
import { readManifest } from '../manifest/read-manifest.js';
import { recommendations } from '../perf/recommendations.js';
import { intelligence } from '../strategy/intelligence.js';
import { strategyContext } from '../strategy/strategy-context.js';

const input = z.strictObject({
  manifest: z.string().min(1).describe('The manifest.'),
  selector: z.string().optional().describe('The table, where the manifest has several: id, or schema.table.'),
});

/** What would make a load faster. */
export const perfAdvise = defineGate({
  summary: 'Recommend what would make a load faster',
  description:
    'Reads the manifest as it is written. A manifest that cannot be read and a selector that fits nothing are refused, never read as "nothing to recommend". Connects to nothing.',
  input,
  args: ['manifest'],
  example: { manifest: 'manifests/orders.yml' },
  format: 'text',
  evaluate: async ({ manifest, selector }, { cwd }) => {
    const context = strategyContext(await readManifest(cwd, manifest, selector), {});
    const advice = intelligence(context);
    return {
      recommendations: recommendations(context, advice.decision.strategy_mode),
      strategy_intelligence: advice,
      schema_version: 'dpone.perf.advice.v1',
      passed: true,
      blockers: [],
    };
  },
  text: ({ recommendations: found }) =>
    found.map(({ code, severity, message, action }) => `${code} (${severity}): ${message} ${action}`).join('\n'),
  view: {
    title: 'performance advice',
    facts: [],
    tables: [
      {
        heading: 'Recommendations',
        of: 'recommendations',
        columns: {
          code: 'code',
          severity: 'severity',
          impact: 'expected_impact',
          message: 'message',
          action: 'action',
        },
      },
    ],
    runbook: [
      'Measure first: three runs, the same data, nothing else on the machine.',
      'Change one thing, measure again, and keep it only where it helps.',
    ],
  },
});
