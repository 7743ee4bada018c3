import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { syncDirectory, type RejectedRow } from '@dpone/sdk';
import { ulid } from 'ulid';

const FOLDER = '.dpone/quarantine';
/** Lines gathered before they are written. */
const CHUNK_LINES = 1000;

export interface QuarantineCall {
  readonly workdir: string;
  readonly tempDir: string;
  readonly runId: string;
  readonly loadId: string;
  readonly rows: AsyncIterable<RejectedRow>;
  readonly clock: { now(): Date };
}

/**
 * Writes the rows that a load set aside, whole or not at all, and resolves with the path relative to the project.
 * The first load of a run takes `<run_id>.jsonl`; another load of the same run never touches that file but takes
 * `<run_id>.<load_id>.jsonl`, so that undoing one load removes exactly its own rows.
 */
export async function writeQuarantine(call: QuarantineCall): Promise<{ path: string; rows: number }> {
  const temp = join(call.tempDir, `${call.loadId}.quarantine`);
  const rows = await writeLines(temp, call);
  const folder = join(call.workdir, FOLDER);
  await mkdir(folder, { recursive: true });
  const [first, own] = fileNames(call.runId, call.loadId);
  const name = (await claim(temp, join(folder, first))) ? first : own;
  if (name === own) {
    await rm(join(folder, own), { force: true });
    await claim(temp, join(folder, own));
  }
  await syncDirectory(folder);
  await rm(temp, { force: true });
  return { path: `${FOLDER}/${name}`, rows };
}

/** Removes what an undone load set aside; another load's file of the same run stays. */
export async function removeQuarantine(workdir: string, runId: string, loadId: string): Promise<void> {
  const [first, own] = fileNames(runId, loadId).map((name) => join(workdir, FOLDER, name)) as [string, string];
  await rm(own, { force: true });
  if ((await loadOf(first)) === loadId) await rm(first, { force: true });
  await syncDirectory(dirname(first));
}

const fileNames = (runId: string, loadId: string): [string, string] => {
  const run = encodeURIComponent(runId);
  return [`${run}.jsonl`, `${run}.${loadId}.jsonl`];
};

async function writeLines(path: string, call: QuarantineCall): Promise<number> {
  const file = await open(path, 'w');
  try {
    let lines: string[] = [];
    let rows = 0;
    for await (const rejected of call.rows) {
      const line = {
        quarantine_id: ulid(call.clock.now().getTime()),
        run_id: call.runId,
        load_id: call.loadId,
        row: rejected.row,
        reason: rejected.reason,
        diagnostics: rejected.diagnostics,
        created_at: call.clock.now().toISOString(),
      };
      lines.push(JSON.stringify(line, plainValue));
      rows++;
      if (lines.length < CHUNK_LINES) continue;
      await file.writeFile(`${lines.join('\n')}\n`);
      lines = [];
    }
    if (lines.length > 0) await file.writeFile(`${lines.join('\n')}\n`);
    await file.sync();
    return rows;
  } finally {
    await file.close();
  }
}

/** Takes a name exclusively; false where it is taken. Where a file system knows no links, an exclusive copy does. */
async function claim(temp: string, path: string): Promise<boolean> {
  try {
    await link(temp, path);
    return true;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === 'EEXIST') return false;
  }
  try {
    await copyFile(temp, path, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST') return false;
    throw error;
  }
}

/** The load that a quarantine file is of, by its first line. */
async function loadOf(path: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    for await (const line of createInterface({ input: file.createReadStream({ autoClose: false }) }))
      return (JSON.parse(line) as { load_id: string }).load_id;
    return undefined;
  } finally {
    await file.close();
  }
}

/** Integers beyond 2^53 and bytes as text: a line must say what the row held. */
function plainValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  return value;
}
