import { gzipSync } from 'node:zlib';
import { posix } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { s3Error } from '../dist/errors.js';
import { localName } from '../dist/local-copies.js';
import { limitTo } from '../dist/limit.js';
import { splitObjects } from '../dist/partition-files.js';
import { endOfRecords, unpacked } from '../dist/samples.js';

const csvField = fc
  .string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', 'é', ' ') })
  .map((text) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text));
const csvRecord = fc.array(csvField, { minLength: 2, maxLength: 4 }).map((fields) => `${fields.join(',')}\n`);

describe('pieces of connector-s3', () => {
  it('a text is cut at the end of a record, wherever it breaks off', () => {
    fc.assert(
      fc.property(fc.array(csvRecord, { minLength: 1, maxLength: 8 }), fc.nat(), (records, at) => {
        const bytes = Buffer.from(records.join(''));
        const cut = at % (bytes.length + 1);
        const ends = [0];
        for (const record of records) ends.push(ends.at(-1)! + Buffer.byteLength(record));
        const expected = ends.findLast((end) => end <= cut)!;
        const form = { lane: 'csv', format: {} } as const;
        expect(endOfRecords(bytes.subarray(0, cut), form)).to.equal(expected);
      }),
    );
  });

  it('a packed text that breaks off gives its beginning', async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `${i},${(i * 7919) % 1000}\n`).join('');
    const packed = gzipSync(text);
    const part = await unpacked(packed.subarray(0, packed.length >> 1), { compression: 'gzip' });
    expect(part.length).to.be.greaterThan(1000);
    expect(text.startsWith(Buffer.from(part).toString())).to.equal(true);
  });

  it('any key is a path below its folder', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), (key) => {
        const path = localName({ bucket: 'lake', key });
        expect(posix.normalize(path).startsWith('lake'), path).to.equal(true);
        expect(posix.isAbsolute(path)).to.equal(false);
        for (const part of path.split('/')) {
          expect(part).to.not.be.oneOf(['', '.', '..']);
          expect(Buffer.byteLength(part)).to.be.at.most(255);
          expect(part).to.not.match(/[\p{Cc}*?[\]{}\\]/u);
        }
      }),
    );
    expect(localName({ bucket: 'lake', key: 'day=2026-01-01/a.csv' })).to.equal('lake/day=2026-01-01/a.csv');
  });

  it('partitions hold every object once, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1 << 28)), fc.integer({ min: 1, max: 8 }), (sizes, parallel) => {
        const objects = sizes.map((size, i) => ({ bucket: 'b', key: `${i}`, size, etag: '', modified: '' }));
        const parts = splitObjects(objects, parallel);
        expect(parts.flat()).to.deep.equal(objects);
        expect(parts.every((part) => part.length > 0)).to.equal(true);
      }),
    );
  });

  it('no more run at once than may', async () => {
    const limit = limitTo(3);
    let [running, most] = [0, 0];
    const work = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => limit(work)));
    expect(most).to.equal(3);
  });

  for (const [name, code] of [
    ['AccessDenied', 'DPONE_PRIVILEGE_MISSING'],
    ['SignatureDoesNotMatch', 'DPONE_AUTH_FAILED'],
    ['CredentialsProviderError', 'DPONE_AUTH_FAILED'],
    ['SlowDown', 'DPONE_CONNECTION_FAILED'],
    ['NoSuchBucket', 'DPONE_SOURCE_NOT_FOUND'],
    ['XMinioStorageFull', 'DPONE_DISK_FULL'],
    ['AbortError', 'DPONE_CANCELLED'],
    ['SomethingElse', 'DPONE_SINK_WRITE'],
  ])
    it(`${name} is ${code}`, () => {
      const error = Object.assign(new Error('said'), { name });
      expect(s3Error(error, 'writing', 's3://b/k', 'DPONE_SINK_WRITE').code).to.equal(code);
    });
});
