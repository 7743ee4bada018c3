import { DuckDBInstance } from '@duckdb/node-api';
import { expect } from 'chai';
import fc from 'fast-check';
import { exactNumbers } from '../dist/json-numbers.js';

const JSON_COLUMN = [{ type: { kind: 'json' } }] as const;

describe('numbers in JSON text', () => {
  let close: () => void;
  let kept: (texts: readonly string[]) => Promise<boolean[]>;
  before(async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    close = () => {
      connection.closeSync();
      instance.closeSync();
    };
    kept = async (texts) => {
      const rows = texts.map((text) => `('${text.replaceAll("'", "''")}')`).join(', ');
      const reader = await connection.runAndReadAll(
        `SELECT ${exactNumbers(JSON_COLUMN, 'line')} FROM (VALUES ${rows}) AS t(line)`,
      );
      return reader.getRows().map(([value]) => value as boolean);
    };
  });
  after(() => close());

  it('are asked for only where a column must keep every digit', () => {
    expect(exactNumbers([{ type: { kind: 'float64' } }, { type: { kind: 'string' } }], 'line')).to.equal(undefined);
    expect(
      exactNumbers([{ type: { kind: 'array', item: { kind: 'decimal', precision: 9, scale: 2 } } }], 'line'),
    ).to.be.a('string');
  });

  it('with more digits than a double has are found, and nothing else is', async () => {
    const lost = [
      '{"a":1234567890123456.75}',
      '{"a":[1,{"b":-0.12345678901234567890}]}',
      '{"a":1.0000000000000000001e5}',
    ];
    const whole = [
      '{"a":123456789012345.5}',
      '{"a":12345678901234567890123}',
      '{"a":"1234567890123456.75"}',
      String.raw`{"a":"\"1234567890123456.75","b":1e300}`,
      '{"a":0.12345678901234568}',
      '{"phone":"+49 30 1234567890123456.75","n":1.50}',
    ];
    expect(await kept([...lost, ...whole])).to.deep.equal([...lost.map(() => false), ...whole.map(() => true)]);
  });

  it('that JavaScript wrote are kept: they are doubles already (property)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
        async (numbers) => {
          expect(await kept(numbers.map((n) => JSON.stringify({ n })))).to.not.include(false);
        },
      ),
      { numRuns: 50 },
    );
  });
});
