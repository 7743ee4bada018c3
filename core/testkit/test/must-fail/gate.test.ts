import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GateDefinition, GateReport } from '@dpone/sdk';
import { acmeGate as acme } from '@dpone/template-gate';
import { GATE_BEHAVIOURS, type GateScenario } from '@dpone/testkit';
import { catches } from './catches.js';

const whole: GateDefinition = acme;
const broken = (change: Partial<GateDefinition>): GateScenario => ({
  kind: 'gate',
  id: 'acme',
  definition: { ...whole, ...change },
  green: async ({ workdir }) => {
    await writeFile(join(workdir, 'a.json'), '{"passed": true}');
    return { input: { evidence: { a: 'a.json' } }, evidence: ['a.json'] };
  },
});
const reported = (change: (report: GateReport) => GateReport): GateScenario =>
  broken({ evaluate: async (input, ctx) => change(await whole.evaluate(input, ctx)) });

let calls = 0;

describe('gate behaviours catch broken gates', () => {
  catches<GateScenario>(GATE_BEHAVIOURS, [
    {
      behaviour: 'gate.definition',
      how: 'says nothing about itself',
      scenario: broken({ summary: '' }),
      says: /summary/,
    },
    {
      behaviour: 'gate.says-green',
      how: 'is always red',
      scenario: reported((r) => ({ ...r, passed: false, blockers: ['x'] })),
      says: /is red: x/,
    },
    {
      behaviour: 'gate.is-deterministic',
      how: 'counts its calls',
      scenario: reported((r) => ({ ...r, calls: (calls += 1) })),
      says: /differ/,
    },
    {
      behaviour: 'gate.broken-evidence-is-never-green',
      how: 'is always green',
      scenario: reported((r) => ({ ...r, passed: true, blockers: [] })),
      says: /is missing, and the gate is green/,
    },
    {
      behaviour: 'gate.survives-any-json',
      how: 'trusts the shape of evidence',
      scenario: broken({
        evaluate: async (input, ctx) => {
          const { items } = JSON.parse(await readFile(join(ctx.cwd, 'a.json'), 'utf8')) as { items: string[] };
          const report = await whole.evaluate(input, ctx);
          return { ...report, first: items.map((item) => item.trim()) };
        },
      }),
      says: /crashed|Property failed/,
    },
  ]);
});
