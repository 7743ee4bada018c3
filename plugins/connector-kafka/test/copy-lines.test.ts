import type { CanonicalType, Column } from '@dpone/sdk';
import { expect } from 'chai';
import fc from 'fast-check';
import { LineScanner } from '../dist/copy-line.js';
import { messageLines, type LinesOf } from '../dist/copy-lines.js';
import { jsonDecoder } from '../dist/decode/json.js';
import { copyRows } from './support/copy-text-codec.js';

const column = (name: string, type: CanonicalType): Column => ({ name, type, nullable: true });
const COLUMNS: readonly Column[] = [
  column('id', { kind: 'int64' }),
  column('small', { kind: 'int16' }),
  column('count', { kind: 'uint32' }),
  column('amount', { kind: 'decimal', precision: 8, scale: 3 }),
  column('share', { kind: 'decimal', precision: 3, scale: 3 }),
  column('score', { kind: 'float64' }),
  column('name "x"\té', { kind: 'string' }),
  column('short', { kind: 'string', length: 3 }),
  column('ok', { kind: 'bool' }),
  column('day', { kind: 'date' }),
  column('at', { kind: 'timestamp', precision: 6, tz: true }),
  column('local', { kind: 'timestamp', precision: 3, tz: false }),
];

const decoder = (columns: readonly Column[] = COLUMNS) =>
  jsonDecoder({ columns, wanted: columns.map((c) => c.name), unknownFields: 'fail' });

const records = (values: readonly (Buffer | null)[]) => ({
  offsets: values.map((_, i) => i),
  timestamps: values.map(() => 1_700_000_000_000),
  keys: values.map(() => null),
  values: [...values],
  headers: values.map(() => null),
});

async function linesOf(values: readonly (Buffer | null)[], columns = COLUMNS): Promise<string> {
  const of: LinesOf = {
    topic: 't',
    partition: 0,
    decoder: decoder(columns),
    values: columns,
    metadata: [],
    tombstones: 'rows',
  };
  const pieces: Buffer[] = [];
  async function* responses() {
    yield records(values);
  }
  for await (const piece of messageLines(responses(), of, () => undefined)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString('utf8');
}

/** The same by way of JavaScript's values; the message of the error where there is one. */
function parsed(value: Buffer): unknown[] | string {
  const out: unknown[][] = COLUMNS.map(() => []);
  try {
    decoder().decode(value, out, 0);
    return out.map((c) => c[0]);
  } catch (error) {
    return (error as Error).message;
  }
}

const digits = (max: number) => fc.stringMatching(new RegExp(`^-?[0-9]{1,${max}}$`));
/** What may stand behind a name: values of the type, of others, and texts that are no JSON. */
const anything = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('null', 'true', 'false', '0', '-0', '1.50', '0.125', '-0.001', '1e3', '01') },
  { weight: 4, arbitrary: digits(20) },
  { weight: 4, arbitrary: fc.tuple(digits(6), fc.stringMatching(/^[0-9]{0,4}$/)).map(([a, b]) => `${a}.${b}`) },
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }).map((text) => JSON.stringify(text)) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '"2024-01-31"',
      '"0000-01-31"',
      '"2024-01-31T10:20:30Z"',
      '"2024-01-31 10:20:30.120Z"',
      '"2024-01-31T10:20:30.1234567Z"',
      '"2024-01-31T10:20:30"',
      '"2024-01-31T10:20:30.1200"',
      '"2024-01-31T10:20:30+02:00"',
      '"24-01-31"',
      '{}',
      '"a',
      '"\t"',
      '',
    ),
  },
);
const document = fc
  .tuple(
    fc.subarray(COLUMNS as Column[]),
    fc.array(anything, { minLength: COLUMNS.length, maxLength: COLUMNS.length }),
    fc.constantFrom('', ' '),
    fc.constantFrom('', '', '', ' ', ',"other":1', ',"id":7', 'x'),
  )
  .map(([columns, values, space, rest]) => {
    const fields = columns.map((c, i) => `${JSON.stringify(c.name)}:${space}${values[i]}`);
    return Buffer.from(
      `{${fields.join(`,${space}`)}${rest.startsWith(',') ? rest : ''}}${rest.startsWith(',') ? '' : rest}`,
    );
  });

describe('lines of COPY from JSON messages', () => {
  it('hold what parsing finds, and end where parsing fails (property)', async () => {
    await fc.assert(
      fc.asyncProperty(document, async (value) => {
        const expected = parsed(value);
        const lines = await linesOf([value]).catch((error: unknown) => error as Error & { code: string });
        if (lines instanceof Error) {
          if (lines.message.includes('NUL character')) return;
          expect(expected, `${value.toString()}: ${lines.message}`).to.be.a('string');
          expect(lines.message).to.equal(`t: partition 0, offset 0: ${expected as string}`);
        } else expect(copyRows(lines, { columns: COLUMNS }), String(value)).to.deep.equal([expected]);
      }),
      { numRuns: 1000 },
    );
  });

  it('are made without parsing of what is as it should be', () => {
    const scan = (json: string): string | undefined => {
      const out = Buffer.alloc(1000);
      const end = new LineScanner(COLUMNS).scan(Buffer.from(json), out, 0);
      return end < 0 ? undefined : out.toString('utf8', 0, end);
    };
    const full =
      '{"id":-12, "small":7,"count":0,"amount":0.5,"share":0.125,"score":1.25,"name \\"x\\"\\té":"né","short":"abc","ok":true,"day":"2024-01-31","at":"2024-01-31T10:20:30.123Z","local":null} ';
    expect(scan(full)).to.equal(
      '-12\t7\t0\t0.5\t0.125\t1.25\tné\tabc\tt' + '\t2024-01-31\t2024-01-31 10:20:30.123+00\t\\N',
    );
    expect(scan('{"small":7,"ok":false}')).to.equal('\\N\t7\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\tf\t\\N\t\\N\t\\N');
    // Another order, an escape, a character that is none: the parser's.
    for (const json of ['{"ok":true,"id":1}', '{"short":"\\n"}', '{"id":1,"id":2}', '[]', '{}', ''])
      expect(scan(json), json).to.equal(undefined);
    const broken = Buffer.concat([Buffer.from('{"short":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(new LineScanner(COLUMNS).scan(broken, Buffer.alloc(100), 0)).to.equal(-1);
  });

  it('grow with what they hold, and keep tombstones', async () => {
    const columns = [column('text', { kind: 'string' })];
    const long = '\\'.repeat(700_000);
    const text = await linesOf(
      [Buffer.from(JSON.stringify({ text: long })), null, Buffer.from('{"text":""}')],
      columns,
    );
    expect(copyRows(text, { columns })).to.deep.equal([[long], [null], ['']]);
  });
});
