import { defineGate } from '@dpone/sdk';
import { z } from 'zod';
import { findTool } from '../strategy/find-tool.js';
import { nativePath } from '../strategy/native-paths.js';

const input = z.strictObject({
  source_type: z.string().min(1).describe('The system that is read.'),
  sink_type: z.string().min(1).describe('The system that is written.'),
  fail_on_missing: z.boolean().default(false).describe('Red where a tool is missing.'),
});

/** Whether the tools of the fastest way between two systems are installed. */
export const strategyPreflight = defineGate({
  summary: 'Check that the native tools of a path are installed',
  description:
    "Looks for the tools on PATH. They are other programs' fast paths: what dpone loads itself needs none of them.",
  input,
  example: { source_type: 'postgres', sink_type: 'mssql' },
  format: 'text',
  evaluate: async ({ source_type, sink_type, fail_on_missing }, { env }) => {
    const { id, tools, fallback } = nativePath(source_type, sink_type);
    const found = await Promise.all(tools.map((tool) => findTool(tool, env['PATH'] ?? '')));
    const missing = found.filter(({ available }) => !available);
    const blockers = fail_on_missing ? missing.map(({ name }) => `tool.missing:${name}`) : [];
    return {
      path_id: id,
      ready: missing.length === 0,
      tools: Object.fromEntries(found.map((tool) => [tool.name, tool])),
      fallback_path: fallback,
      schema_version: 'dpone.strategy.preflight.v1',
      passed: blockers.length === 0,
      blockers,
    };
  },
  text: ({ path_id, ready, tools, fallback_path }) =>
    [
      `${path_id}: ${ready ? 'ready' : `not ready, ${fallback_path} is used`}`,
      ...Object.values(tools).map(({ name, available, path, install_hint }) =>
        available ? `${name}: ${path}` : `${name}: missing. ${install_hint}`,
      ),
    ].join('\n'),
  view: {
    title: 'native path preflight',
    facts: ['path_id', 'ready', 'fallback_path'],
    sections: ({ tools }) => [
      {
        heading: 'Tools',
        head: ['tool', 'found', 'path', 'how to install it'],
        rows: Object.values(tools).map((tool) => [
          tool.name,
          tool.available ? 'yes' : 'no',
          tool.path,
          tool.install_hint,
        ]),
      },
    ],
    runbook: ['Install what is missing on the machine that runs the load, not on yours.', 'Check again there.'],
  },
});
