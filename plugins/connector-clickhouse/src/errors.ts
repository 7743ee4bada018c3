import { fail, isDponeError, type DponeError, type ErrorCode } from '@dpone/sdk';

/** What was being done when the server or the driver said no: decides the code where the error itself does not. */
export interface Doing {
  readonly what: string;
  readonly code: ErrorCode;
  /** What a missing table or database means here. */
  readonly missing?: ErrorCode;
}

/** An error of the server: `code` is its number, `type` its name. */
export interface ServerError extends Error {
  readonly code: string;
  readonly type?: string;
}

export const isServerError = (error: unknown): error is ServerError =>
  error instanceof Error && /^\d+$/.test(String((error as Partial<ServerError>).code ?? ''));

/** Error codes: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp */
const VALUES = new Set([6, 26, 27, 32, 33, 38, 41, 53, 69, 70, 72, 117, 131, 321, 349, 376, 395, 407, 467, 691]);
const AUTH = new Set([192, 193, 194, 516]);
const PRIVILEGE = new Set([497, 164, 291, 495]);
const GONE = new Set([60, 81]);
const CANCELLED = new Set([394, 236]);
const DISK = new Set([243]);
const BUSY = new Set([159, 202, 209, 210, 241, 242, 252, 279, 285, 319, 999]);

const SOCKET =
  /^(?:ECONN\w+|EPIPE|ETIMEDOUT|E(?:HOST|NET)(?:UNREACH|DOWN)|ENOTFOUND|EAI_\w+|ERR_STREAM_(?:PREMATURE_CLOSE|DESTROYED)|ERR_SSL_\w+|HPE_\w+|UND_ERR_\w+)$/;

/** An error of the server or the driver as dpone's own. The values of rows that a server says stay in the cause. */
export function clickhouseError(error: unknown, doing: Doing): DponeError {
  if (isDponeError(error)) return error;
  if (isServerError(error)) return serverError(error, doing);
  const { message, code, name } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) };
  if (name === 'AbortError' || code === 'ABORT_ERR' || /was aborted/.test(message ?? ''))
    return fail('DPONE_CANCELLED', `${doing.what}: cancelled`, { cause: error });
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return fail('DPONE_DISK_FULL', `${doing.what}: ${message}`, { cause: error });
  if ((code !== undefined && SOCKET.test(code)) || /^(?:Timeout error|aborted|socket hang up)/.test(message ?? ''))
    return fail(
      'DPONE_CONNECTION_FAILED',
      `${doing.what}: the connection to the server was lost (${message || code})`,
      {
        remedy: 'Run again: what did not take effect is undone. If it stays, look into the log of the server.',
        cause: error,
      },
    );
  return fail(doing.code, `${doing.what}: ${firstLine(message ?? String(error))}`, { cause: error });
}

function serverError(error: ServerError, doing: Doing): DponeError {
  const number = Number(error.code);
  const code = codeOf(number, doing);
  return fail(code, `${doing.what}: ${sayable(error, number)}`, { cause: error });
}

function codeOf(number: number, doing: Doing): ErrorCode {
  if (AUTH.has(number)) return 'DPONE_AUTH_FAILED';
  if (PRIVILEGE.has(number)) return number === 164 ? 'DPONE_TARGET_READ_ONLY' : 'DPONE_PRIVILEGE_MISSING';
  if (GONE.has(number) && doing.missing !== undefined) return doing.missing;
  if (CANCELLED.has(number)) return 'DPONE_CANCELLED';
  if (DISK.has(number)) return 'DPONE_DISK_FULL';
  if (BUSY.has(number) && number !== 241) return 'DPONE_CONNECTION_FAILED';
  if (VALUES.has(number) && doing.code === 'DPONE_SINK_WRITE') return 'DPONE_VALUE_OUT_OF_RANGE';
  return doing.code;
}

/** The server's own sentence; errors of a value say it in full, and so keep to its name. */
function sayable(error: ServerError, number: number): string {
  const own = /'?([^':]*: [^':]*) \(dpone\)/.exec(error.message)?.[1];
  if (own !== undefined) return own.trim();
  const name = error.type === undefined ? `code ${number}` : `${error.type}, code ${number}`;
  if (!VALUES.has(number)) return `${firstLine(error.message)} (${name})`;
  const row = /\(at row (\d+)\)/.exec(error.message)?.[1];
  const column = /Column \d+,\s+name: (.+?), type: ([^,]+),\s+ERROR/.exec(error.message);
  const place = [
    row === undefined ? undefined : `row ${row}`,
    column === null ? undefined : `column ${column[1]} ${column[2]}`,
  ].filter((part) => part !== undefined);
  return `a value does not fit${place.length === 0 ? '' : `: ${place.join(', ')}`} (${name})`;
}

const firstLine = (message: string): string => message.split('\n', 1)[0]!.trim();
