import { createHash } from 'node:crypto';
import { fail, isJsonObject, readArtifact, stableJson, type JsonObject } from '@dpone/sdk';

/** What somebody decided on a change request. */
export interface Decision {
  readonly actor: string;
  readonly decision: string;
  readonly comment: string;
  readonly decided_at: string;
  /** The request as it was then. */
  readonly change_request_sha256: string;
  /** Of this decision and the one before it, so that none can be changed, moved or taken out unseen. */
  readonly decision_hash: string;
}

type Said = Omit<Decision, 'decision_hash'>;

const hashOf = (said: Said, previous: string | null): string => {
  const { actor, decision, comment, decided_at, change_request_sha256 } = said;
  return createHash('sha256')
    .update(stableJson({ actor, change_request_sha256, comment, decided_at, decision, previous }, 0))
    .digest('hex');
};

/** Adds a decision to those that were made. */
export const withDecision = (history: readonly Decision[], said: Said): Decision[] => [
  ...history,
  { ...said, decision_hash: hashOf(said, history.at(-1)?.decision_hash ?? null) },
];

/** Decisions that were made on a change so far. What cannot be trusted is refused: a rejection could have been lost. */
export async function readHistory(path: string, where: string, changeId: string): Promise<readonly Decision[]> {
  const artifact = await readArtifact(path);
  if (artifact.state === 'missing') return [];
  const refuse = (what: string): Error =>
    fail('DPONE_INPUT_INVALID', what, { where, remedy: 'Restore the record, or decide in another output folder.' });
  const record = artifact.state === 'json' && isJsonObject(artifact.value) ? artifact.value : undefined;
  if (record === undefined || !Array.isArray(record['decisions']))
    throw refuse('The approval record that is there cannot be read.');
  if (record['change_id'] !== changeId) throw refuse('The approval record that is there is about another change.');
  return chained(record['decisions'] as unknown[], record, refuse);
}

function chained(rows: readonly unknown[], record: JsonObject, refuse: (what: string) => Error): Decision[] {
  // A record of another program names the request once, for its last decision.
  const earlier = typeof record['change_request_sha256'] === 'string' ? record['change_request_sha256'] : '';
  let history: Decision[] = [];
  for (const row of rows) {
    if (!isJsonObject(row)) throw refuse('The approval record that is there holds something that is no decision.');
    const text = (key: string): string => (typeof row[key] === 'string' ? row[key] : '');
    history = withDecision(history, {
      actor: text('actor'),
      decision: text('decision'),
      comment: text('comment'),
      decided_at: text('decided_at'),
      change_request_sha256: text('change_request_sha256') || earlier,
    });
    const hash = row['decision_hash'];
    if (hash !== undefined && hash !== history.at(-1)!.decision_hash)
      throw refuse('A decision of the approval record that is there was changed.');
  }
  return history;
}
