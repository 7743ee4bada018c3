import { expect } from 'chai';
import fc from 'fast-check';
import { parseExactJson, redact, redactDeep, stableJson } from '@dpone/sdk';

/** Long enough not to be part of the text around it by chance. */
const secret = fc.stringMatching(/^[!-~]{6,24}$/).filter((s) => !/^\d{1,5}[/?#]/.test(s));

describe('redact', () => {
  it('takes the password out of any URI', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{1,8}$/),
        fc.stringMatching(/^[a-z@.]{0,8}$/),
        secret,
        (scheme, user, word) => {
          const text = redact(`cannot reach ${scheme}://${user}:${word}@host.example/db now`);
          expect(text).to.equal(`cannot reach ${scheme}://${user}:***@host.example/db now`);
        },
      ),
    );
  });

  it('takes named secrets out, quoted or not', () => {
    const word = fc.stringMatching(/^[^\s,;&"'\\]{6,20}$/);
    const name = fc.constantFrom('password', 'PGPASSWORD', 'token', 'api_key', 'secret', 'AWS_SECRET_ACCESS_KEY');
    fc.assert(
      fc.property(name, fc.constantFrom('=', ': ', ' = '), word, (key, sign, value) => {
        expect(redact(`${key}${sign}${value}, user=me`)).to.equal(`${key}${sign}***, user=me`);
      }),
    );
    fc.assert(
      fc.property(name, fc.string({ minLength: 1 }), (key, value) => {
        expect(redact(JSON.stringify({ [key]: value, user: 'me' }))).to.equal(`{"${key}":***,"user":"me"}`);
      }),
    );
  });

  for (const [text, clean] of [
    ['Authorization: Bearer abcdefgh.ijkl', 'Authorization: Bearer ***'],
    ['authorization: bearer abcdefgh.ijkl', 'authorization: bearer ***'],
    ['key AKIAABCDEFGHIJKLMNOP used', 'key *** used'],
    ['https://host/x?sig=1&signature=abc%2F&z=1', 'https://host/x?sig=1&signature=***&z=1'],
  ] as const) {
    it(`cleans ${text.slice(0, 20)}`, () => {
      expect(redact(text)).to.equal(clean);
    });
  }

  for (const text of [
    'cannot reach http://127.0.0.1:4873/@dpone/sdk',
    'table public.orders, column amount: "abc" is not a decimal(12,2)',
    'postgres://host:5432/db has no table',
    'C:/data/in.csv:12: unterminated quote',
  ]) {
    it(`leaves alone: ${text}`, () => {
      expect(redact(text)).to.equal(text);
    });
  }

  it('is done after one pass', () => {
    fc.assert(fc.property(fc.string(), (text) => redact(redact(text)) === redact(text)));
  });

  it('masks by key at any depth, numbers too, and leaves the given value as it was', () => {
    const given = { a: [{ password: 12345, api_key: 'k', user: 'u' }], tokens: ['x', 'y'], uri: 'pg://u:secret@h/d' };
    const before = structuredClone(given);
    expect(redactDeep(given)).to.eql({
      a: [{ password: '***', api_key: '***', user: 'u' }],
      tokens: ['***', '***'],
      uri: 'pg://u:***@h/d',
    });
    expect(given).to.eql(before);
  });

  it('leaves a number that no double holds as it was written', () => {
    const text = '{"a":0.1000000000000000055511151231257827}';
    expect(stableJson(redactDeep(parseExactJson(text)), 0)).to.equal(text);
  });
});
