import { fail, isDponeError, type DponeError, type ErrorCode } from '@dpone/sdk';

/** What was being done when DuckDB threw: decides the code where the message itself does not. */
export interface Doing {
  /** `reading orders.csv`, `writing main.orders`. */
  readonly what: string;
  readonly code: ErrorCode;
  /** What a missing table means here. */
  readonly missing?: ErrorCode;
}

interface Rule {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly remedy?: string;
}

/** DuckDB has no error codes: its messages begin with a class name (`IO Error:`) and are told apart by their words. */
const RULES: readonly Rule[] = [
  {
    pattern: /No space left on device|not enough space|max_temp_directory_size|Disk quota exceeded/i,
    code: 'DPONE_DISK_FULL',
  },
  { pattern: /Could not set lock on file|Conflicting lock is held/i, code: 'DPONE_TARGET_LOCKED' },
  { pattern: /read-only mode|Read-only file system|Permission denied/i, code: 'DPONE_TARGET_READ_ONLY' },
  {
    pattern: /not a valid DuckDB database file|Is a directory/i,
    code: 'DPONE_CONNECTION_FAILED',
    remedy: 'Name a DuckDB file, or one that is not there yet: it is made.',
  },
  { pattern: /INTERRUPT Error|Interrupted!/i, code: 'DPONE_CANCELLED' },
  {
    pattern: /Out of Memory Error|failed to (?:allocate|offload|pin)/i,
    code: 'DPONE_SINK_WRITE',
    remedy: 'Give the engine more memory (engine.memory_mb), or fewer threads.',
  },
  { pattern: /Conversion Error|Out of Range Error|out of range|Overflow/i, code: 'DPONE_VALUE_OUT_OF_RANGE' },
  {
    pattern: /Constraint Error/i,
    code: 'DPONE_SINK_WRITE',
    remedy: "The target's own constraint refuses the rows: mend them at the source, or change the constraint.",
  },
  {
    pattern: /TransactionContext Error|Transaction conflict|Conflict on/i,
    code: 'DPONE_FENCED',
    remedy: 'Run again: something else changed the same tables at the same moment.',
  },
];

/** A driver's error as dpone's own; DuckDB's first line says what happened, the rest (hints, settings) stays in the cause. */
export function duckdbError(error: unknown, doing: Doing): DponeError {
  if (isDponeError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const first = firstLine(message);
  if (doing.missing !== undefined && /Catalog Error: .*does not exist|No files found that match/i.test(message))
    return fail(doing.missing, `${doing.what}: ${first}`, { cause: error });
  const rule = RULES.find((r) => r.pattern.test(message));
  if (rule?.code === 'DPONE_TARGET_LOCKED') return lockedError(doing.what, message, error);
  const memory = rule?.remedy !== undefined && rule.code === 'DPONE_SINK_WRITE';
  const code = rule === undefined || (memory && doing.code === 'DPONE_SOURCE_READ') ? doing.code : rule.code;
  return fail(code, `${doing.what}: ${first}`, { remedy: rule?.remedy, cause: error });
}

/** `Conflicting lock is held in /usr/bin/node (PID 4711) by user x`. */
function lockedError(what: string, message: string, cause: unknown): DponeError {
  const holder = /held in (\S+) \(PID (\d+)\)/.exec(message);
  const who = holder === null ? 'another process' : `process ${holder[2]} (${holder[1]})`;
  return fail('DPONE_TARGET_LOCKED', `${what}: the database file is held by ${who}`, { cause });
}

const firstLine = (message: string): string => message.split('\n', 1)[0]!.trim();
