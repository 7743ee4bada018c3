import { fail, typeName, type CanonicalType, type ConstantColumn } from '@dpone/sdk';
import { varint } from './page-buffer.js';
import { dataPageHeader, dictionaryPageHeader } from './page-header.js';
import type { SealedPage } from './column-chunk.js';
import type { Compress } from './page-codec.js';
import { ENCODING } from './parquet-format.js';
import type { ParquetLeaf } from './parquet-schema.js';
import type { ChunkToWrite } from './parquet-writer.js';

/** One run of the same bit: `levels` in front of a page, its length in four bytes. */
function levels(rows: number, present: 0 | 1): Buffer {
  const run = Buffer.concat([varint(rows * 2), Buffer.of(present)]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(run.length);
  return Buffer.concat([length, run]);
}

/**
 * A column with the same value in every row: a dictionary of one entry, then one run of index 0. The column is OPTIONAL.
 */
export class ConstantChunk {
  private readonly value: Buffer | undefined;

  constructor(
    column: ConstantColumn,
    leaf: ParquetLeaf,
    private readonly compress: Compress | undefined,
  ) {
    this.value = column.value === null ? undefined : plainValue(column, leaf);
  }

  async ofRows(rows: number): Promise<ChunkToWrite> {
    if (this.value === undefined) {
      const page = await this.page(levels(rows, 0), (plain, stored) => dataPageHeader(rows, plain, stored));
      return { pages: [page], nulls: rows };
    }
    const dictionary = await this.page(this.value, (plain, stored) => dictionaryPageHeader(1, plain, stored));
    const indexes = Buffer.concat([Buffer.of(1), varint(rows * 2), Buffer.of(0)]);
    const page = await this.page(Buffer.concat([levels(rows, 1), indexes]), (plain, stored) =>
      dataPageHeader(rows, plain, stored, ENCODING.RLE_DICTIONARY),
    );
    return { dictionary, pages: [page], nulls: 0 };
  }

  private async page(body: Buffer, header: (plain: number, stored: number) => Buffer): Promise<SealedPage> {
    const stored = this.compress === undefined ? body : await this.compress(body);
    return {
      parts: [header(body.length, stored.length), stored],
      plainBytes: header(body.length, body.length).length + body.length,
      release: () => {},
    };
  }
}

/** The value in PLAIN encoding, from the rows lane's form. */
function plainValue(column: ConstantColumn, leaf: ParquetLeaf): Buffer {
  const { value, type } = column;
  switch (leaf.physical) {
    case 'BOOLEAN':
      if (typeof value === 'boolean') return Buffer.of(value ? 1 : 0);
      break;
    case 'FLOAT':
    case 'DOUBLE':
      if (typeof value === 'number') {
        const bytes = Buffer.alloc(leaf.physical === 'FLOAT' ? 4 : 8);
        if (leaf.physical === 'FLOAT') bytes.writeFloatLE(value);
        else bytes.writeDoubleLE(value);
        return bytes;
      }
      break;
    case 'BYTE_ARRAY':
      if (typeof value === 'string' && type.kind !== 'bytes') {
        const text = Buffer.from(value, 'utf8');
        const length = Buffer.alloc(4);
        length.writeUInt32LE(text.length);
        return Buffer.concat([length, text]);
      }
      break;
    default: {
      const whole = wholeNumber(type, value);
      if (whole !== undefined) return twosComplement(whole, leaf, type.kind === 'uuid');
    }
  }
  throw fail('DPONE_INTERNAL', `column ${column.name}: a constant ${typeof value} is no ${typeName(type)}`);
}

/** The integer that stands for a value; undefined where it is not of the type. */
function wholeNumber(type: CanonicalType, value: ConstantColumn['value']): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== 'string') return undefined;
  switch (type.kind) {
    case 'uuid':
      return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value)
        ? BigInt(`0x${value.replaceAll('-', '')}`)
        : undefined;
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(value) ? BigInt(Date.parse(`${value}T00:00:00Z`) / 86_400_000) : undefined;
    case 'timestamp': {
      const parts = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z?$/.exec(value);
      if (parts === null) return undefined;
      return BigInt(Date.parse(`${parts[1]!.replace(' ', 'T')}Z`)) * 1000n + BigInt((parts[2] ?? '').padEnd(6, '0'));
    }
    case 'decimal': {
      const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value);
      if (parts === null || (parts[3] ?? '').length > type.scale) return undefined;
      return BigInt(`${parts[2]}${(parts[3] ?? '').padEnd(type.scale, '0')}`) * (parts[1] === '-' ? -1n : 1n);
    }
    default:
      return /^-?\d+$/.test(value) ? BigInt(value) : undefined;
  }
}

/** FIXED_LEN_BYTE_ARRAY is big-endian, INT32 and INT64 are little-endian. */
function twosComplement(value: bigint, leaf: ParquetLeaf, unsigned: boolean): Buffer {
  const size = leaf.physical === 'INT32' ? 4 : leaf.physical === 'INT64' ? 8 : leaf.width!;
  const bits = BigInt.asUintN(size * 8, value);
  if (!unsigned && BigInt.asIntN(size * 8, value) !== value && bits !== value)
    throw fail('DPONE_VALUE_OUT_OF_RANGE', `column ${leaf.name}: a constant does not fit its type`);
  const bytes = Buffer.from(bits.toString(16).padStart(size * 2, '0'), 'hex');
  return leaf.physical === 'FIXED' ? bytes : bytes.reverse();
}
