import { fail, isDponeError, type DponeError, type ErrorCode } from '@dpone/sdk';
import { errorRule } from './error-rules.js';

/** What was being done when the server or the driver said no: decides the code where the error itself does not. */
export interface Doing {
  /** `reading dbo.orders`, `writing dbo.orders`. */
  readonly what: string;
  readonly code: ErrorCode;
  /** What a missing table, schema or database means here. */
  readonly missing?: ErrorCode;
}

/** What the server says of an error: https://learn.microsoft.com/sql/relational-databases/errors-events/understanding-database-engine-errors */
export interface ServerError extends Error {
  readonly number: number;
  /** Its severity. */
  readonly class?: number;
}

/** By its shape: several copies of the driver may be installed. */
export const isServerError = (error: unknown): error is ServerError =>
  error instanceof Error && typeof (error as Partial<ServerError>).number === 'number';

/** Codes of tedious (https://github.com/tediousjs/tedious/blob/master/src/connection.ts) and of sockets. */
const GONE =
  /^(?:ESOCKET|ETIMEOUT|ECLOSE|EINSTLOOKUP|ECONN\w+|EPIPE|ETIMEDOUT|E(?:HOST|NET)(?:UNREACH|DOWN)|ENETRESET|ENOTFOUND|EAI_\w+|ENOTOPEN|EALREADYCONN\w*)$/;
const BROKEN =
  /(?:connection (?:lost|closed|is closed|ended)|socket hang up|not in the LoggedIn state|the connection.*(?:closed|ended)|TimeoutError)/i;

/** An error of the server or the driver as dpone's own. Values of rows stay in the cause. */
export function mssqlError(error: unknown, doing: Doing): DponeError {
  if (isDponeError(error)) return error;
  // One statement may say several things: the first is the reason, the others follow from it.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  if (isServerError(first)) return serverError(first, doing, error);
  const { message, code, name } =
    first instanceof Error ? (first as NodeJS.ErrnoException) : { message: String(first) };
  if (code === 'ECANCEL' || name === 'AbortError')
    return fail('DPONE_CANCELLED', `${doing.what}: cancelled`, { cause: error });
  if (code === 'ELOGIN')
    return fail('DPONE_AUTH_FAILED', `${doing.what}: ${firstLine(message)}`, {
      remedy: 'Check user and password, and that the login may open the database.',
      cause: error,
    });
  if (code === 'EREQUEST' && /timeout/i.test(message))
    return fail(doing.code, `${doing.what}: it took longer than statement_timeout_ms`, {
      remedy: 'Raise statement_timeout_ms, or set it to 0.',
      cause: error,
    });
  if ((code !== undefined && GONE.test(code)) || BROKEN.test(message))
    return fail('DPONE_CONNECTION_FAILED', `${doing.what}: no connection to the server (${firstLine(message)})`, {
      remedy:
        'Check the address and that the server takes TCP connections; where its certificate is not trusted, name `ca` or, for a test server, trust_server_certificate. What was not committed is undone.',
      cause: error,
    });
  return fail(doing.code, `${doing.what}: ${firstLine(message)}`, { cause: error });
}

function serverError(error: ServerError, doing: Doing, cause: unknown): DponeError {
  const rule = errorRule(error, doing);
  return fail(rule.code, `${doing.what}: ${sayable(error)} (error ${error.number})`, {
    ...(rule.remedy === undefined ? {} : { remedy: rule.remedy }),
    cause,
  });
}

/** Errors that end with the value of a row: conversion, truncation, duplicate keys. */
const WITH_VALUES = new Set([220, 232, 241, 242, 244, 245, 248, 295, 296, 517, 2601, 2627, 2628, 8114, 8115, 8169]);

/** The server's own sentence without the values of rows in it. */
function sayable({ message, number }: ServerError): string {
  const said = firstLine(message);
  if (!WITH_VALUES.has(number)) return said;
  return said
    .replace(/(Truncated value: ).*$/s, '$1...')
    .replace(/(duplicate key value is ).*$/s, '$1...')
    .replace(/(converting the \w+ value ')[^]*('? to data type)/s, "$1...' to data type".replace('$2', ''));
}

const firstLine = (message: string): string => message.split('\n', 1)[0]!.trim();
