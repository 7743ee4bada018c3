import { expect } from 'chai';
import fc from 'fast-check';
import { crc32c } from '../dist/wire/crc32c.js';
import { BatchBuilder, writeTail, type Compression } from '../dist/wire/encode-batch.js';
import { readBatches } from '../dist/wire/record-batch.js';
import { Writer } from '../dist/wire/writer.js';
import { murmur2 } from '../dist/murmur2.js';

const bytes = fc.option(fc.uint8Array({ maxLength: 300 }).map((b) => Buffer.from(b)));
const headers = fc.array(fc.tuple(fc.string({ maxLength: 8 }), bytes), { maxLength: 3 });
const records = fc.array(fc.record({ key: bytes, value: bytes, headers }), { minLength: 1, maxLength: 200 });

const NOT_IDEMPOTENT = { producerId: -1, producerEpoch: -1, sequence: -1, transactional: false };

function batchOf(
  of: readonly { key: Buffer | null; value: Buffer | null; headers: readonly [string, Buffer | null][] }[],
  base: number,
  compression: Compression = 'none',
): Buffer {
  const builder = new BatchBuilder();
  for (const { key, value, headers } of of) {
    const tail = new Writer();
    writeTail(tail, key, value, headers);
    builder.add(tail.done());
  }
  const batch = Buffer.from(builder.take(NOT_IDEMPOTENT, 1_700_000_000_000, compression));
  // What a broker does with a batch: it gives it its offset.
  batch.writeBigInt64BE(BigInt(base), 0);
  return batch;
}

describe('record batches of Kafka', () => {
  for (const compression of ['none', 'gzip', 'zstd'] as const)
    it(`are read as they were written, ${compression} (property)`, () => {
      fc.assert(
        fc.property(records, fc.nat(2 ** 40), (of, base) => {
          const batch = batchOf(of, base, compression);
          const read = readBatches(batch, base, base + of.length, []);
          expect(read.next).to.equal(base + of.length);
          expect(read.records.offsets).to.eql(of.map((_, i) => base + i));
          expect(read.records.keys.map(hex)).to.eql(of.map((r) => hex(r.key)));
          expect(read.records.values.map(hex)).to.eql(of.map((r) => hex(r.value)));
          expect(read.records.headers.map((h) => (h ?? []).map(([n, v]) => [n, hex(v)]))).to.eql(
            of.map((r) => r.headers.map(([n, v]) => [n, hex(v)])),
          );
          expect(new Set(read.records.timestamps)).to.eql(new Set([1_700_000_000_000]));
        }),
        { numRuns: 50 },
      );
    });

  it('that are cut off at the end of a response are left to the next one (property)', () => {
    const of = Array.from({ length: 9 }, (_, i) => ({ key: null, value: Buffer.from(`${i}`), headers: [] }));
    const both = Buffer.concat([batchOf(of, 0), batchOf(of, 9)]);
    const first = batchOf(of, 0).length;
    fc.assert(
      fc.property(fc.integer({ min: first, max: both.length - 1 }), (length) => {
        const { records: read, next } = readBatches(both.subarray(0, length), 0, 18, []);
        expect([read.offsets.length, next]).to.eql([9, 9]);
      }),
    );
  });

  it('give only what is between two offsets', () => {
    const of = Array.from({ length: 9 }, (_, i) => ({ key: null, value: Buffer.from(`${i}`), headers: [] }));
    const { records: read, next } = readBatches(batchOf(of, 100), 103, 106, []);
    expect([read.offsets, next]).to.eql([[103, 104, 105], 106]);
  });

  it('have the checksum that RFC 3720 gives', () => {
    expect(crc32c(Buffer.from('123456789'))).to.equal(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).to.equal(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).to.equal(0x62a8ab43);
    expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, i) => i)))).to.equal(0x46dd794e);
  });

  // The Java client's own: https://github.com/apache/kafka/blob/4.3.1/clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java
  for (const [text, hash] of [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ] as const)
    it(`of the key ${text} go where the Java client puts it`, () => {
      expect(murmur2(Buffer.from(text))).to.equal(hash);
    });
});

const hex = (value: Buffer | null): string | null => (value === null ? null : value.toString('hex'));
