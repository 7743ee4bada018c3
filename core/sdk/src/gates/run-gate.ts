import { mkdir, rmdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { lock } from 'proper-lockfile';
import { z } from 'zod';
import { fail } from '../errors/error.js';
import type { GateContext, GateDefinition, GateReport, OutputFile } from './gate.js';
import { pageMarkdown } from './page-markdown.js';
import { pageOf } from './view.js';
import { writeFiles } from './write-files.js';

/** Judges and writes: what the command of a gate does, without printing. */
export async function runGate<I, R extends GateReport>(
  gate: GateDefinition<I, R>,
  input: Readonly<Record<string, unknown>>,
  ctx: GateContext,
): Promise<R> {
  const parsed = gate.input.safeParse(input);
  if (!parsed.success) throw fail('DPONE_USAGE', problems(parsed.error));
  const folder = (parsed.data as Readonly<Record<string, unknown>>)[gate.folder ?? 'output_dir'];
  const path = typeof folder === 'string' ? resolve(ctx.cwd, folder) : undefined;
  const release = gate.serial === true && path !== undefined ? await locked(path) : undefined;
  try {
    const report = await gate.evaluate(parsed.data, ctx);
    const files = await outputOf(gate, report, parsed.data, ctx);
    const own = files.filter((file) => file.folder === undefined);
    if (path !== undefined && own.length > 0) await writeFiles(path, own);
    for (const file of files) if (file.folder !== undefined) await writeFiles(resolve(ctx.cwd, file.folder), [file]);
    return report;
  } finally {
    await release?.();
  }
}

/** `--max-rows: Too big`, one after the other. */
const problems = (error: z.ZodError): string =>
  error.issues
    .map(({ path: [key, ...rest], message }) => {
      const flag = key === undefined ? '' : `--${String(key).replaceAll('_', '-')}`;
      const place = rest.length === 0 ? '' : ` (${rest.map(String).join('.')})`;
      return flag === '' ? message : `${flag}${place}: ${message}`;
    })
    .join('; ');

async function outputOf<I, R extends GateReport>(
  gate: GateDefinition<I, R>,
  report: R,
  input: I,
  ctx: GateContext,
): Promise<OutputFile[]> {
  const name = gate.artifactName?.(report) ?? gate.artifact;
  const page = pageMarkdown(pageOf(gate.view, report));
  const twin: OutputFile[] =
    name === undefined
      ? []
      : [
          { path: `${name}.json`, json: gate.artifactJson?.(report) ?? report },
          { path: `${name}.md`, text: page },
        ];
  return [...twin, ...((await gate.files?.(report, input, page, ctx)) ?? [])];
}

/** Waits for others for up to ten seconds; a lock whose holder is gone is taken over. */
async function locked(folder: string): Promise<() => Promise<void>> {
  const made = await mkdir(folder, { recursive: true });
  try {
    const release = await lock(folder, { stale: 10_000, retries: { retries: 100, minTimeout: 50, maxTimeout: 200 } });
    return async () => {
      await release();
      if (made !== undefined) await removeEmpty(folder, made);
    };
  } catch (error) {
    throw fail('DPONE_ARTIFACT_WRITE', 'Another dpone holds this folder.', { where: folder, cause: error });
  }
}

/** What was made only to be locked goes again: a call that is refused leaves nothing. */
async function removeEmpty(folder: string, made: string): Promise<void> {
  for (let path = folder; ; path = dirname(path)) {
    const removed = await rmdir(path).then(
      () => true,
      () => false,
    );
    if (!removed || path === made) return;
  }
}
