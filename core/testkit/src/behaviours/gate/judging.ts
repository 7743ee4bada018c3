import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDponeError, pageMarkdown, pageOf, stableJson, type GateReport } from '@dpone/sdk';
import fc from 'fast-check';
import type { Behaviour } from '../../behaviour.js';
import { inCase, type Case } from '../../context.js';
import { gateContext } from '../../gate-context.js';
import type { GateScenario } from '../../scenario.js';
import { describedOptions, parsed, validDefinition } from '../valid-definition.js';

async function evaluate({ definition }: GateScenario, c: Case, input: unknown): Promise<GateReport> {
  return definition.evaluate(parsed(definition.input, input, 'input'), gateContext(c.workdir));
}

const page = ({ definition }: GateScenario, report: GateReport): string =>
  pageMarkdown(pageOf(definition.view, report));

/** `passed`, or the refusal that the gate threw as a dpone error; anything else it throws is a crash. */
async function verdict(scenario: GateScenario, c: Case, input: unknown): Promise<'green' | 'red' | 'refused'> {
  try {
    return (await evaluate(scenario, c, input)).passed ? 'green' : 'red';
  } catch (error) {
    if (isDponeError(error)) return 'refused';
    throw new Error('The gate crashed.', { cause: error });
  }
}

export const gateDefinition: Behaviour<GateScenario> = {
  id: 'gate.definition',
  title: 'the definition is whole, every input is described, and its example parses',
  run: async ({ definition }) => {
    validDefinition(definition, 'gate');
    describedOptions(definition.input, 'input');
    parsed(definition.input, definition.example, 'example');
    if (definition.artifact !== undefined && !/^[a-z0-9_]+$/.test(definition.artifact))
      throw new Error(`artifact is ${definition.artifact}: use snake_case.`);
  },
};

export const saysGreen: Behaviour<GateScenario> = {
  id: 'gate.says-green',
  title: 'good evidence is green, blockers alone decide, and the report has its shape',
  run: (scenario) =>
    inCase({}, async (c) => {
      const { input } = await scenario.green(c);
      const report = await evaluate(scenario, c, input);
      if (!report.passed) throw new Error(`Good evidence is red: ${report.blockers.join(', ')}.`);
      if (report.passed !== (report.blockers.length === 0))
        throw new Error('passed and blockers contradict each other.');
      if (!/^[a-z0-9_.-]+$/.test(report.schema_version))
        throw new Error(`schema_version is ${JSON.stringify(report.schema_version)}.`);
      const camel = Object.keys(report).filter((key) => !/^[a-z0-9_]+$/.test(key));
      if (camel.length > 0) throw new Error(`Keys are not snake_case: ${camel.join(', ')}.`);
      if (!page(scenario, report).startsWith('# ')) throw new Error('The Markdown does not begin with a heading.');
    }),
};

export const isDeterministic: Behaviour<GateScenario> = {
  id: 'gate.is-deterministic',
  title: 'the same input gives the same bytes',
  run: (scenario) =>
    inCase({}, async (c) => {
      const { input } = await scenario.green(c);
      const bytes = async (): Promise<string> => {
        const report = await evaluate(scenario, c, input);
        return `${stableJson(report)}\n${page(scenario, report)}`;
      };
      const first = await bytes();
      if ((await bytes()) !== first) throw new Error('Two evaluations of one input differ.');
    }),
};

const BROKEN: readonly { readonly what: string; readonly spoil: (path: string) => Promise<unknown> }[] = [
  { what: 'missing', spoil: (path) => rm(path) },
  { what: 'a folder', spoil: (path) => rm(path).then(() => mkdir(path)) },
  { what: 'empty', spoil: (path) => writeFile(path, '') },
  { what: 'not JSON', spoil: (path) => writeFile(path, '{"passed": tru') },
  { what: 'not UTF-8', spoil: (path) => writeFile(path, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])) },
  { what: 'a list', spoil: (path) => writeFile(path, '[{"passed": true}]') },
  { what: 'an empty object', spoil: (path) => writeFile(path, '{}') },
  { what: 'red', spoil: (path) => writeFile(path, '{"passed": false, "blockers": ["x"]}') },
  {
    what: 'contradictory',
    spoil: (path) => writeFile(path, '{"passed": true, "status": "failed", "blockers": ["x"]}'),
  },
  { what: 'green in words only', spoil: (path) => writeFile(path, '{"passed": "true"}') },
];

export const brokenIsNeverGreen: Behaviour<GateScenario> = {
  id: 'gate.broken-evidence-is-never-green',
  title: 'evidence that is missing, unreadable, not JSON, empty, red or contradictory is never green',
  run: async (scenario) => {
    for (const { what, spoil } of BROKEN)
      await inCase({}, async (c) => {
        const { input, evidence } = await scenario.green(c);
        if (evidence.length === 0) throw new Error('The scenario names no evidence.');
        await spoil(join(c.workdir, evidence[0]!));
        if ((await verdict(scenario, c, input)) === 'green')
          throw new Error(`${evidence[0]} is ${what}, and the gate is green.`);
      });
    await inCase({}, async (c) => {
      const { evidence } = await scenario.green(c);
      for (const path of evidence.slice(1))
        await inCase({}, async (other) => {
          const { input } = await scenario.green(other);
          await rm(join(other.workdir, path));
          if ((await verdict(scenario, other, input)) === 'green')
            throw new Error(`${path} is missing, and the gate is green.`);
        });
    });
  },
};

export const survivesAnyJson: Behaviour<GateScenario> = {
  id: 'gate.survives-any-json',
  title: 'any JSON as evidence gets a verdict and a page, never a crash',
  run: (scenario) =>
    inCase({}, async (c) => {
      const { input, evidence } = await scenario.green(c);
      if (evidence.length === 0) throw new Error('The scenario names no evidence.');
      const keys = fc.constantFrom('passed', 'status', 'blockers', 'summary', 'items', 'release', 'run_id', 'x');
      const json = fc.oneof(fc.jsonValue(), fc.dictionary(keys, fc.jsonValue()));
      await fc.assert(
        fc.asyncProperty(json, async (value) => {
          await writeFile(join(c.workdir, evidence[0]!), JSON.stringify(value));
          try {
            const report = await evaluate(scenario, c, input);
            stableJson(report);
            page(scenario, report);
          } catch (error) {
            if (!isDponeError(error)) throw new Error('The gate crashed.', { cause: error });
          }
        }),
        { numRuns: 60 },
      );
    }),
};
