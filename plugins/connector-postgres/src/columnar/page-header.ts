import { ENCODING, PAGE } from './parquet-format.js';
import { ThriftWriter } from './thrift-compact.js';

const thrift = new ThriftWriter();

/** Header of a data page (version 1); `plain` and `stored` are the body's bytes before and after compression. */
export function dataPageHeader(
  values: number,
  plain: number,
  stored: number,
  encoding: number = ENCODING.PLAIN,
): Buffer {
  sizes(PAGE.DATA, plain, stored);
  thrift.struct(5, () => {
    thrift.i32(1, values);
    thrift.i32(2, encoding);
    thrift.i32(3, ENCODING.RLE);
    thrift.i32(4, ENCODING.RLE);
  });
  return thrift.end();
}

export function dictionaryPageHeader(values: number, plain: number, stored: number): Buffer {
  sizes(PAGE.DICTIONARY, plain, stored);
  thrift.struct(7, () => {
    thrift.i32(1, values);
    thrift.i32(2, ENCODING.PLAIN);
  });
  return thrift.end();
}

function sizes(type: number, plain: number, stored: number): void {
  thrift.i32(1, type);
  thrift.i32(2, plain);
  thrift.i32(3, stored);
}
