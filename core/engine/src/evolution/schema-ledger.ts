import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWrite, isJsonObject, stableJson, type Json, type SchemaChange } from '@dpone/sdk';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { describeChange } from '../plan/difference.js';
import { targetName } from '../plan/program.js';

/** Where `dpone schema approve` leaves its approvals, in this folder or one in it. */
const APPROVALS = '.dpone/schema-approvals';

/** A change that waits, and the file that is to be approved. */
export interface PendingChange {
  readonly id: string;
  readonly change: string;
  /** Relative to the project. */
  readonly ledger: string;
}

/** Which change of which table: the same id in every run, so that an approval keeps its meaning. */
export const schemaChangeId = (spec: ProcessSpec, change: SchemaChange): string => {
  const of = [spec.sink.type, targetName(spec.sink.table), describeChange(change)].join(':');
  return `sch_${sha256(of).slice(0, 24)}`;
};

/**
 * The changes of a target's schema as files that are written once and never changed: one for a change that waits, one
 * for the changes that a load made. A folder a process, so that two never write the same file.
 */
export class SchemaLedger {
  readonly #workdir: string;
  readonly #spec: ProcessSpec;
  readonly #folder: string;

  constructor(workdir: string, spec: ProcessSpec) {
    this.#workdir = workdir;
    this.#spec = spec;
    this.#folder = [spec.schemaEvolution.ledgerPath, encodeURIComponent(spec.name)].join('/');
  }

  #path(name: string): string {
    return join(this.#workdir, this.#folder, name);
  }

  /** The file of a change that waits, relative to the project. */
  pendingOf(change: SchemaChange): PendingChange {
    const id = schemaChangeId(this.#spec, change);
    return { id, change: describeChange(change), ledger: `${this.#folder}/${id}.json` };
  }

  /**
   * Ids of the changes whose file, as it is now, somebody approved, and the checksums of all that was approved; with
   * `losing`, only of approvals that say that values may be lost.
   */
  async approved(
    losing = false,
  ): Promise<{ readonly ids: ReadonlySet<string>; readonly checksums: ReadonlySet<string> }> {
    const checksums = await approvedChecksums(join(this.#workdir, APPROVALS), losing);
    const ids = new Set<string>();
    for (const { name, text } of await this.#approvable()) {
      if (!checksums.has(sha256(text))) continue;
      if (name.startsWith('sch_')) ids.add(name.replace(/\.json$/, ''));
      else for (const id of idsOf(text)) ids.add(id);
    }
    return { ids, checksums };
  }

  /** The file, relative to the project, and the reason of the first disabling that nobody has released; undefined where loads may run. */
  async disabled(): Promise<{ readonly ledger: string; readonly reason: string } | undefined> {
    const checksums = await approvedChecksums(join(this.#workdir, APPROVALS));
    for (const { name, text } of await this.#approvable()) {
      if (!name.startsWith('dis_') || checksums.has(sha256(text))) continue;
      const reason = parsed(text)?.['reason'];
      return { ledger: `${this.#folder}/${name}`, reason: typeof reason === 'string' ? reason : name };
    }
    return undefined;
  }

  async #approvable(): Promise<{ readonly name: string; readonly text: string }[]> {
    const names = (await filesOf(this.#path('.'))).filter((name) => /^(sch|dis)_/.test(name));
    return Promise.all(names.map(async (name) => ({ name, text: await readFile(this.#path(name), 'utf8') })));
  }

  /** Writes down that no load of the process may run until this file is approved; resolves with it, relative to the project. */
  async recordDisabled(reason: string, changes: readonly SchemaChange[], at: string): Promise<string> {
    const ids = changes.map((change) => schemaChangeId(this.#spec, change));
    const name = `dis_${sha256([reason, ...ids].join(':')).slice(0, 24)}.json`;
    if (!(await filesOf(this.#path('.'))).includes(name))
      await this.#write(name, {
        schema_version: 'dpone.schema.disabled.v1',
        status: 'disabled',
        recorded_at: at,
        ...this.#of(),
        reason,
        changes: changes.map((change, i) => ({ schema_change_id: ids[i]!, description: describeChange(change) })),
      });
    return `${this.#folder}/${name}`;
  }

  /** Writes down a change that waits, where it is not yet. */
  async recordPending(change: SchemaChange, at: string): Promise<void> {
    const { id } = this.pendingOf(change);
    if ((await filesOf(this.#path('.'))).includes(`${id}.json`)) return;
    await this.#write(`${id}.json`, {
      schema_version: 'dpone.schema.change.v1',
      schema_change_id: id,
      status: 'pending',
      ddl_mode: this.#spec.schemaEvolution.ddlMode,
      change_type: change.kind,
      recorded_at: at,
      ...this.#of(),
      description: describeChange(change),
      change: change as unknown as Json,
    });
  }

  /** Writes down what a committed load changed; nothing where that was nothing. The same load again writes the same. */
  async recordApplied(load: { readonly loadId: string; readonly runId: string }, applied: Applied): Promise<void> {
    if (applied.changes.length === 0) return;
    await this.#write(`${load.loadId}.json`, {
      schema_version: 'dpone.schema.applied.v1',
      status: 'applied',
      load_id: load.loadId,
      run_id: load.runId,
      committed_at: applied.at,
      ...this.#of(),
      changes: applied.changes.map((description) => ({ description })),
    });
  }

  #of(): Record<string, Json> {
    const { name, sink } = this.#spec;
    return { process: name, sink_type: sink.type, target: targetName(sink.table) };
  }

  async #write(name: string, content: Json): Promise<void> {
    await atomicWrite(this.#path(name), `${stableJson(content)}\n`);
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The changes that the file of a disabling names. */
function idsOf(text: string): string[] {
  const changes = parsed(text)?.['changes'];
  if (!Array.isArray(changes)) return [];
  return changes.flatMap((change: unknown) => {
    const id = isJsonObject(change) ? change['schema_change_id'] : undefined;
    return typeof id === 'string' ? [id] : [];
  });
}

export interface Applied {
  /** Described, as the result of the run lists them. */
  readonly changes: readonly string[];
  readonly at: string;
}

const filesOf = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).toSorted();

async function approvedChecksums(root: string, losing = false): Promise<ReadonlySet<string>> {
  const checksums = new Set<string>();
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile() || !entry.name.startsWith('appr_') || !entry.name.endsWith('.json')) continue;
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
    const approval = parsed(text);
    if (approval?.['approval_status'] !== 'approved' || (losing && approval['drop_unfilled'] !== true)) continue;
    if (typeof approval['ledger_sha256'] === 'string') checksums.add(approval['ledger_sha256']);
  }
  return checksums;
}

/** What is no approval approves nothing. */
function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
