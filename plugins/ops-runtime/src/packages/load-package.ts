import { resolve } from 'node:path';
import { fail, readArtifact } from '@dpone/sdk';
import { z } from 'zod';

export const PACKAGES = '.dpone/load-packages';

const whole = z.union([z.int(), z.bigint()]);

/** A load package on disk, as a load of dpone or `package-start` writes it. */
const loadPackage = z.strictObject({
  run_id: z.string(),
  load_id: z.string(),
  /** Only in what a load writes. */
  process: z.string().optional(),
  target: z.string(),
  chunk_id: z.string().nullable(),
  status: z.enum(['started', 'staged', 'committed', 'failed', 'cancelled']),
  started_at: z.string(),
  updated_at: z.string(),
  rows_staged: whole,
  rows_loaded: whole,
  artifact_uri: z.string().nullable(),
  // A load writes the state that its source has, which need be no object.
  state_after: z.unknown(),
  // Others write a text, a load its code and message.
  error: z.union([z.null(), z.string(), z.looseObject({})]),
});
export type LoadPackage = z.output<typeof loadPackage>;

/** Reads a package that must be there and whole. */
export async function readPackage(cwd: string, folder: string, loadId: string): Promise<LoadPackage> {
  const where = `${folder}/${loadId}.json`;
  const artifact = await readArtifact(resolve(cwd, where));
  if (artifact.state === 'missing')
    throw fail('DPONE_INPUT_INVALID', `There is no load package ${loadId}.`, {
      where,
      remedy: 'Check --dir and --load-id.',
    });
  if (artifact.state === 'unreadable')
    throw fail('DPONE_INPUT_INVALID', 'The load package is no readable JSON.', { where });
  const parsed = loadPackage.safeParse(artifact.value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw fail('DPONE_INPUT_INVALID', `This is no load package: ${problems}`, { where });
  }
  if (parsed.data.load_id !== loadId)
    throw fail('DPONE_INPUT_INVALID', `The load package says that it is ${parsed.data.load_id}.`, { where });
  return parsed.data;
}

/** What of a report is the package's file: others read it strictly, so it has no key more. */
export const packageFile = (report: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.keys(loadPackage.shape).flatMap((key) => (key in report ? [[key, report[key]]] : [])));
