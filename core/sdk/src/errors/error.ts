import { BRANDS, hasBrand } from '../brand.js';
import { redact } from '../util/redact.js';
import { ERRORS, type Consequence, type ErrorCode } from './table.js';

/** What a dpone error carries, whichever copy of the SDK made it. */
export interface DponeError extends Error {
  readonly $$type: typeof BRANDS.error;
  readonly version: 'v1';
  readonly code: ErrorCode;
  readonly consequence: Consequence;
  /** The process's exit code. */
  readonly exit: 1 | 2 | 3;
  /** The place: `orders.yml:12`, `sink.strategy.unique_key`, `table public.orders`. */
  readonly where?: string;
  readonly remedy: string;
}

export interface FailOptions {
  readonly where?: string | undefined;
  /** What to do; the code's own remedy by default. */
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
}

/** Makes the error for a code. `what` is one sentence that names the thing and its state; secrets in it are redacted. */
export function fail(code: ErrorCode, what: string, options: FailOptions = {}): DponeError {
  const spec = ERRORS[code];
  const error = new Error(redact(what), options.cause === undefined ? {} : { cause: options.cause });
  return Object.assign(error, {
    $$type: BRANDS.error,
    version: 'v1' as const,
    name: 'DponeError',
    code,
    consequence: spec.consequence,
    exit: spec.exit,
    ...(options.where === undefined ? {} : { where: redact(options.where) }),
    remedy: redact(options.remedy ?? spec.remedy),
  });
}

/** True for an error made by any copy of the SDK. */
export function isDponeError(error: unknown): error is DponeError {
  return hasBrand(error, 'error') && typeof (error as { code?: unknown }).code === 'string';
}

/** The error as it is; anything else that was thrown becomes `code` with the thrown thing as its cause. */
export function asDponeError(error: unknown, code: ErrorCode = 'DPONE_INTERNAL', what?: string): DponeError {
  if (isDponeError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return fail(code, what === undefined ? message : `${what}: ${message}`, { cause: error });
}
