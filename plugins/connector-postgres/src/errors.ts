import { fail, isDponeError, type DponeError, type ErrorCode } from '@dpone/sdk';
import { sqlstateRule } from './sqlstate-rules.js';

/** What was being done when the server or the driver said no: decides the code where the error itself does not. */
export interface Doing {
  /** `reading public.orders`, `writing public.orders`. */
  readonly what: string;
  readonly code: ErrorCode;
  /** What a missing table, schema or database means here. */
  readonly missing?: ErrorCode;
}

/** What the server says of an error: https://www.postgresql.org/docs/current/protocol-error-fields.html */
export interface ServerError extends Error {
  /** SQLSTATE. */
  readonly code: string;
  readonly severity: string;
  readonly hint?: string;
  /** The context: `COPY t, line 12, column amount: "abc"`. */
  readonly where?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
}

/** By its shape: several copies of the driver may be installed. */
export const isServerError = (error: unknown): error is ServerError =>
  error instanceof Error &&
  typeof (error as Partial<ServerError>).severity === 'string' &&
  /^[\dA-Z]{5}$/.test((error as Partial<ServerError>).code ?? '');

const SOCKET_CODES =
  /^(?:ECONN\w+|EPIPE|ETIMEDOUT|E(?:HOST|NET)(?:UNREACH|DOWN)|ENETRESET|ENOTFOUND|EAI_\w+|ERR_STREAM_(?:PREMATURE_CLOSE|DESTROYED)|ERR_SSL_\w+)$/;
const GONE =
  /^(?:Connection terminated|timeout expired|Client (?:has encountered a connection error|was closed) and is not queryable|Cannot (?:call write|use).* after)/;

/**
 * An error of the server or the driver as dpone's own. The values of rows that a server says (its DETAIL, the text that
 * did not fit) stay in the cause.
 */
export function postgresError(error: unknown, doing: Doing): DponeError {
  if (isDponeError(error)) return error;
  if (isServerError(error)) return serverError(error, doing);
  const { message, code, name } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) };
  if (name === 'AbortError' || code === 'ABORT_ERR')
    return fail('DPONE_CANCELLED', `${doing.what}: cancelled`, { cause: error });
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return fail('DPONE_DISK_FULL', `${doing.what}: ${message}`, { cause: error });
  if ((code !== undefined && SOCKET_CODES.test(code)) || GONE.test(message))
    return fail(
      'DPONE_CONNECTION_FAILED',
      `${doing.what}: the connection to the server was lost (${firstLine(message)})`,
      {
        remedy: 'Run again: what was not committed is undone. If it stays, look into the log of the server.',
        cause: error,
      },
    );
  return fail(doing.code, `${doing.what}: ${firstLine(message)}`, { cause: error });
}

function serverError(error: ServerError, doing: Doing): DponeError {
  const rule = sqlstateRule(error, doing);
  const place = placeOf(error);
  return fail(rule.code, `${doing.what}: ${place === undefined ? '' : `${place}: `}${sayable(error)}`, {
    remedy: rule.remedy ?? error.hint,
    cause: error,
  });
}

/** The server's own sentence without the values of rows in it. */
function sayable({ message, code }: ServerError): string {
  const said = firstLine(message);
  // Class 22 is about one value, which stands in quotes at the end or after `value`.
  if (!code.startsWith('22')) return said;
  return said.replace(/: ".*"?$/s, '').replace(/\bvalue ".*" (?=is out of range)/s, 'value ');
}

/** Where the data stands: the line and column of a COPY, or what the server names. */
function placeOf({ where, column, constraint, table, schema, code }: ServerError): string | undefined {
  const copy = /^COPY (.+?), line (\d+)(?:, column (.+?)(?=: "|: null input|$))?/m.exec(where ?? '');
  const words = [];
  if (copy !== null) words.push(`row ${copy[2]} of ${copy[1]}`);
  else if (table !== undefined && code.startsWith('23'))
    words.push(schema === undefined ? table : `${schema}.${table}`);
  const named = copy?.[3] ?? column;
  if (named !== undefined) words.push(`column ${named}`);
  if (constraint !== undefined) words.push(`constraint ${constraint}`);
  return words.length === 0 ? undefined : words.join(', ');
}

const firstLine = (message: string): string => message.split('\n', 1)[0]!.trim();
