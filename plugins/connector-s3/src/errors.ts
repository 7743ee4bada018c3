import { fail, isDponeError, type DponeError, type ErrorCode } from '@dpone/sdk';

/**
 * What S3 and its kin say, by the code of the answer.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
 */
const CODES: Readonly<Record<string, ErrorCode>> = {
  AccessDenied: 'DPONE_PRIVILEGE_MISSING',
  AllAccessDisabled: 'DPONE_PRIVILEGE_MISSING',
  AccountProblem: 'DPONE_PRIVILEGE_MISSING',
  InvalidAccessKeyId: 'DPONE_AUTH_FAILED',
  SignatureDoesNotMatch: 'DPONE_AUTH_FAILED',
  ExpiredToken: 'DPONE_AUTH_FAILED',
  ExpiredTokenException: 'DPONE_AUTH_FAILED',
  InvalidToken: 'DPONE_AUTH_FAILED',
  TokenRefreshRequired: 'DPONE_AUTH_FAILED',
  RequestTimeTooSkewed: 'DPONE_AUTH_FAILED',
  CredentialsProviderError: 'DPONE_AUTH_FAILED',
  SlowDown: 'DPONE_CONNECTION_FAILED',
  ServiceUnavailable: 'DPONE_CONNECTION_FAILED',
  InternalError: 'DPONE_CONNECTION_FAILED',
  RequestTimeout: 'DPONE_CONNECTION_FAILED',
  TimeoutError: 'DPONE_CONNECTION_FAILED',
  QuotaExceeded: 'DPONE_DISK_FULL',
  XMinioStorageFull: 'DPONE_DISK_FULL',
  ENOSPC: 'DPONE_DISK_FULL',
};

const SYSTEM = /^(E[A-Z]{2,}|EAI_AGAIN)$/;
const REMEDIES: Partial<Record<ErrorCode, string>> = {
  DPONE_AUTH_FAILED: 'Check the keys of the connection, or what its credentials provider finds; the clock too.',
};

interface Answer {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly Code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The code that the store or the system gave. */
export function codeOf(error: unknown): string {
  const { name, code, Code } = (error ?? {}) as Answer;
  if (typeof code === 'string' && SYSTEM.test(code)) return code;
  if (typeof Code === 'string') return Code;
  return typeof name === 'string' ? name : '';
}

const statusOf = (error: unknown): number => ((error ?? {}) as Answer).$metadata?.httpStatusCode ?? 0;

export const isMissing = (error: unknown): boolean =>
  ['NoSuchKey', 'NotFound', 'NoSuchVersion'].includes(codeOf(error)) || (statusOf(error) === 404 && !isNoBucket(error));
export const isNoBucket = (error: unknown): boolean => codeOf(error) === 'NoSuchBucket';
export const isNoUpload = (error: unknown): boolean => codeOf(error) === 'NoSuchUpload';
export const isNoPart = (error: unknown): boolean => codeOf(error) === 'InvalidPart';
/** Another writer was first: of two conditional writes at once AWS refuses one by 409. */
export const isPrecondition = (error: unknown): boolean =>
  ['PreconditionFailed', 'ConditionalRequestConflict'].includes(codeOf(error)) || [409, 412].includes(statusOf(error));

const messageOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  return text === '' || text === 'UnknownError' ? code || `HTTP ${statusOf(error)}` : text;
};

const isAborted = (error: unknown): boolean => codeOf(error) === 'AbortError';

/** The step's result; what it throws says which step it was: `writing s3://lake/orders/`. */
export async function doing<T>(
  what: string,
  where: string,
  otherwise: 'DPONE_SOURCE_READ' | 'DPONE_SINK_WRITE',
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw s3Error(error, what, where, otherwise);
  }
}

export function s3Error(
  error: unknown,
  what: string,
  where: string,
  otherwise: 'DPONE_SOURCE_READ' | 'DPONE_SINK_WRITE',
): DponeError {
  if (isDponeError(error)) return error;
  if (isAborted(error)) return fail('DPONE_CANCELLED', `${what}: cancelled`, { where, cause: error });
  const name = codeOf(error);
  if (isNoBucket(error))
    return fail('DPONE_SOURCE_NOT_FOUND', `${what}: there is no such bucket`, {
      where,
      remedy: 'Check its name, and the endpoint and region of the connection; dpone makes no buckets.',
      cause: error,
    });
  const status = statusOf(error);
  const code =
    CODES[name] ??
    (SYSTEM.test(name) && name !== 'ENOENT' && name !== 'EACCES'
      ? 'DPONE_CONNECTION_FAILED'
      : status === 403
        ? 'DPONE_PRIVILEGE_MISSING'
        : status === 404
          ? 'DPONE_SOURCE_NOT_FOUND'
          : status >= 500
            ? 'DPONE_CONNECTION_FAILED'
            : otherwise);
  return fail(code, `${what}: ${messageOf(error)}`, { where, remedy: REMEDIES[code], cause: error });
}
