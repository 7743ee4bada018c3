import { expect } from 'chai';
import { isDponeError, type DponeError, type ErrorCode } from '@dpone/sdk';

/** The dpone error that a call ends with; fails where it ends well, or otherwise. */
export async function expectError(call: () => Promise<unknown>, code: ErrorCode): Promise<DponeError> {
  try {
    await call();
  } catch (error) {
    if (!isDponeError(error)) throw error;
    expect(error.code, error.message).to.equal(code);
    return error;
  }
  throw new Error(`it went through, ${code} was expected`);
}
