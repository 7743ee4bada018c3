import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { defineGate, fail, jsonInput, type ExactJson, type GateContext } from '@dpone/sdk';
import { z } from 'zod';
import { readDocument } from '../read-document.js';
import { logLeaks, manifestLeaks, type Leak } from '../secrets.js';

/** Whether manifests and logs give secrets away. */
export const securityAudit = defineGate({
  summary: 'Look for secrets in manifests and logs',
  description:
    'Red when a manifest holds a secret instead of a reference to one, or names a connection type that is none of env, airflow, vault, params; and when a log shows a token, a key, a password or a URL with a password. Nothing that is found is said back.',
  input: z.strictObject({
    manifest_json: jsonInput(z.unknown(), 'A manifest as JSON.').optional(),
    manifest: z.array(z.string()).default([]).describe('A manifest file, YAML or JSON; repeatable.'),
    log_text: z.string().optional().describe('The text of a log.'),
    log: z.array(z.string()).default([]).describe('A log file; repeatable.'),
  }),
  example: { manifest_json: '{"source": {"connection_type": "vault", "password": "${PASSWORD}"}}' },
  evaluate: async (input, ctx) => {
    const manifests = await Promise.all(input.manifest.map(async (path) => (await readDocument(ctx.cwd, path)).value));
    const logs = await Promise.all(input.log.map((path) => readLog(ctx, path)));
    const leaks = [
      ...[input.manifest_json as ExactJson | undefined, ...manifests].flatMap((manifest) =>
        manifest === undefined ? [] : manifestLeaks(manifest),
      ),
      ...[input.log_text ?? '', ...logs].flatMap(logLeaks),
    ];
    const findings = leaks.length === 0 ? [NOTHING] : leaks.map(findingOf);
    return {
      schema_version: 'dpone.ops.security_audit.v1',
      passed: leaks.length === 0,
      blockers: leaks.map(({ code }) => code),
      findings,
    };
  },
  view: {
    title: 'security audit',
    facts: ['passed'],
    tables: [{ heading: 'Findings', of: 'findings', columns: { check: 'code', status: 'passed', action: 'action' } }],
    runbook: [
      'Replace every secret that was found at the system that issued it: who could read the file has it.',
      'Put the new one where secrets live (environment, Vault, Airflow) and refer to it from the manifest.',
      'Take it out of logs where they are written, and out of what was published already.',
      'Audit again before anything is committed or handed on.',
    ],
  },
});

const findingOf = ({ code, message, action }: Leak) => ({ code, severity: 'fail', passed: false, message, action });

const NOTHING = {
  code: 'security.no_findings',
  severity: 'pass',
  passed: true,
  message: 'No secret was found.',
  action: 'Nothing to do.',
};

const readLog = ({ cwd }: GateContext, path: string): Promise<string> =>
  readFile(resolve(cwd, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw fail('DPONE_FILE_UNREADABLE', `The log cannot be read (${error.code}).`, { where: path, cause: error });
  });
