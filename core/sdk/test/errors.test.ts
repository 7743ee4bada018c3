import { expect } from 'chai';
import { asDponeError, ERRORS, fail, isDponeError } from '@dpone/sdk';

const EXITS = { user: 2, verdict: 1, terminal: 3, transient: 3 } as const;

describe('errors', () => {
  for (const [code, spec] of Object.entries(ERRORS)) {
    it(`${code} says what it means, what to do, and exits by its consequence`, () => {
      expect(code).to.match(/^DPONE(_[A-Z]+)+$/);
      expect(spec.meaning).to.match(/^[A-Z].*\.$/);
      expect(spec.remedy).to.match(/^[A-Z].*[.}]$/);
      expect(spec.exit).to.equal(EXITS[spec.consequence]);
    });
  }

  it('carries place, remedy and cause, and redacts', () => {
    const cause = new Error('refused');
    const error = fail('DPONE_CONNECTION_FAILED', 'cannot reach pg://u:hunter22@h/d', {
      where: 'password=hunter22',
      cause,
    });
    expect(isDponeError(error)).to.equal(true);
    expect(error).to.include({
      code: 'DPONE_CONNECTION_FAILED',
      exit: 3,
      consequence: 'transient',
      where: 'password=***',
    });
    expect(error.cause).to.equal(cause);
    expect(error.remedy).to.equal(ERRORS.DPONE_CONNECTION_FAILED.remedy);
    expect(`${error.message} ${error.stack}`).to.not.include('hunter22');
  });

  it('wraps whatever was thrown and leaves its own errors as they are', () => {
    const own = fail('DPONE_USAGE', 'no');
    expect(asDponeError(own, 'DPONE_SOURCE_READ')).to.equal(own);
    for (const thrown of [new TypeError('t'), 'text', null, undefined, 7, { code: 'DPONE_USAGE' }]) {
      const wrapped = asDponeError(thrown, 'DPONE_SOURCE_READ', 'reading a.csv');
      expect(wrapped.code).to.equal('DPONE_SOURCE_READ');
      expect(wrapped.message).to.match(/^reading a\.csv: /);
      expect(wrapped.cause).to.equal(thrown);
    }
  });
});
