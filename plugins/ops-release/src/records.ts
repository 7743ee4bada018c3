import {
  fail,
  policyBlockers,
  readEvidence,
  readPolicy,
  type Evidence,
  type GateContext,
  type JsonObject,
} from '@dpone/sdk';

/** The records of a release, the last one first: each names the one after it with its checksum. */
const RECORDS = ['post_deploy_verify', 'deployment_record', 'approval_record', 'change_request'] as const;
export type RecordName = (typeof RECORDS)[number];

/** What all records of one release have in common, where they say it. */
const SHARED = ['release', 'environment', 'change_id', 'deployment_id'] as const;
type Shared = Readonly<Partial<Record<(typeof SHARED)[number], string>>>;

/** Reads the record that a command stands on. One that is not there is a wrong call. */
export async function readRecord(ctx: GateContext, name: RecordName, path: string): Promise<Evidence> {
  const record = await readEvidence(ctx.cwd, name, path);
  if (record.state === 'missing')
    throw fail('DPONE_FILE_NOT_FOUND', `The ${name.replaceAll('_', ' ')} is not there.`, { where: path });
  return record;
}

/** A text of a record; `unknown` where it does not say. */
export const textOf = (value: JsonObject, key: string): string => {
  const found = value[key];
  return typeof found === 'string' && found.trim() !== '' ? found : 'unknown';
};

/** A verdict that is said, not only not denied. */
export const saysPassed = ({ passed, value }: Evidence): boolean => passed && value['passed'] === true;

export interface ChainOfRecords {
  /** A record that is not what it was when it was named, or is about something else. */
  readonly blockers: readonly string[];
  /** A record that is not here, so that only its checksum is known. */
  readonly warnings: readonly string[];
}

/**
 * Follows a record to those that it stands on: every one must be what it was, and be about the same release,
 * environment, change and deployment.
 */
export async function followRecords({ cwd }: GateContext, first: Evidence, expected: Shared): Promise<ChainOfRecords> {
  const blockers: string[] = [];
  const warnings: string[] = [];
  const known = new Map<string, string>(Object.entries(expected));
  for (let record = first; ;) {
    for (const [key, said] of sharedOf(record.value)) {
      if (known.has(key) && known.get(key) !== said) blockers.push(`${record.name}.${key}_mismatch`);
      known.set(key, known.get(key) ?? said);
    }
    const next = pointerOf(record);
    if (next === undefined) return { blockers, warnings };
    const before = await readEvidence(cwd, next.name, next.path);
    if (before.state === 'missing') return { blockers, warnings: [...warnings, `${next.name}.unchecked`] };
    // What another file says is no matter.
    if (before.sha256 !== next.sha256) return { blockers: [...blockers, `${next.name}.checksum_mismatch`], warnings };
    record = before;
  }
}

function sharedOf(value: JsonObject): [string, string][] {
  const all = { ...value, environment: value['environment'] ?? value['target_environment'] };
  return SHARED.map((key): [string, string] => [key, textOf(all as JsonObject, key)]).filter(
    ([, said]) => said !== 'unknown',
  );
}

/** Only ever a record that comes before: no circle of records is walked. */
function pointerOf({ name, value }: Evidence): { name: RecordName; path: string; sha256: string } | undefined {
  const rest = RECORDS.slice(RECORDS.indexOf(name as RecordName) + 1);
  for (const before of rest) {
    const path = value[`${before}_path`];
    const sha256 = value[`${before}_sha256`];
    if (typeof path === 'string' && typeof sha256 === 'string') return { name: before, path, sha256 };
  }
  return undefined;
}

/** What a policy asks of the record that a command stands on. */
export async function recordPolicyBlockers(
  ctx: GateContext,
  policy: string | undefined,
  record: Evidence,
): Promise<string[]> {
  return policyBlockers(await readPolicy(policy, ctx.cwd), [record], [], ctx.cwd);
}
