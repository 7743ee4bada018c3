import { isDponeError, type DponeError, type ErrorCode } from '@dpone/sdk';

/** The one dpone error that a call must fail with; throws where it does not fail, or fails with anything else. */
export async function expectError(call: () => unknown, codes?: readonly ErrorCode[]): Promise<DponeError> {
  let thrown: unknown;
  try {
    await call();
  } catch (error) {
    thrown = error;
  }
  if (thrown === undefined)
    throw new Error(`Expected ${codes?.join(' or ') ?? 'a DPONE_* error'}, but nothing was thrown.`);
  if (!isDponeError(thrown))
    throw new Error('Expected a DPONE_* error, but something else was thrown.', { cause: thrown });
  if (codes !== undefined && !codes.includes(thrown.code))
    throw new Error(`Expected ${codes.join(' or ')}, but ${thrown.code} was thrown.`, { cause: thrown });
  if (thrown.message.trim() === '' || thrown.message.includes('\n'))
    throw new Error(`The message of ${thrown.code} is not one line: ${JSON.stringify(thrown.message)}`);
  return thrown;
}
