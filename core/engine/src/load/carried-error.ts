import { ERRORS, fail, type DponeError, type ErrorCode } from '@dpone/sdk';

/** An error as it travels between processes, and as every command says it in JSON. */
export interface CarriedError {
  readonly code: string;
  readonly message: string;
  readonly where?: string;
  readonly remedy?: string;
}

/** The error that another process met, as this one would have met it. */
export const carriedError = ({ code, message, where, remedy }: CarriedError): DponeError =>
  fail(code in ERRORS ? (code as ErrorCode) : 'DPONE_INTERNAL', message, { where, remedy });
