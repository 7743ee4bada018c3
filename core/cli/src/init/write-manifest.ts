import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { initManifest } from '@dpone/engine';
import { atomicWrite, fail } from '@dpone/sdk';
import type { Session } from '../session.js';
import type { CompleteAnswers } from './answers.js';

/** What `dpone init` wrote; the keys are the reference system's. */
export interface InitReport {
  readonly manifest_path: string;
  readonly env_example_path: string | null;
  readonly smoke_command: string;
  readonly docs_url: string;
}

/** Writes the manifest and, where a connection needs variables, a list of them; overwrites nothing unless told to. */
export async function writeManifest(session: Session, answers: CompleteAnswers): Promise<InitReport> {
  const { host } = session;
  const mode = answers.strategy ?? 'full_refresh';
  const [source, sink, strategy] = await Promise.all([
    host.definition('source', answers.sourceType),
    host.definition('sink', answers.sinkType),
    host.definition('strategy', mode),
  ]);
  const { manifest, envExample } = initManifest(answers, { source, sink, strategy });
  const envPath =
    envExample === null
      ? null
      : `${answers.out.slice(0, answers.out.length - extname(answers.out).length)}.env.example`;
  for (const path of [answers.out, envPath])
    if (path !== null && existsSync(path) && !answers.force)
      throw fail('DPONE_FILE_EXISTS', `${path} is there already`);
  await atomicWrite(answers.out, manifest);
  if (envPath !== null) await atomicWrite(envPath, envExample!);
  return {
    manifest_path: answers.out,
    env_example_path: envPath,
    smoke_command: `dpone plan ${answers.out}`,
    docs_url: 'docs/guides/getting-started.md',
  };
}
