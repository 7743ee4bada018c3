import { fail } from '@dpone/sdk';
import type { ThriftStruct, ThriftValue } from './thrift-compact.js';

export type { ThriftStruct } from './thrift-compact.js';

export const isStruct = (value: unknown): value is ThriftStruct => value instanceof Map;

export function optionalNumberAt(struct: ThriftStruct, id: number): number | undefined {
  const value = struct.get(id);
  return typeof value === 'number' ? value : undefined;
}

export function numberAt(struct: ThriftStruct, id: number): number {
  return optionalNumberAt(struct, id) ?? missing(id, 'number');
}

export function textAt(struct: ThriftStruct, id: number): string {
  const value = struct.get(id);
  return Buffer.isBuffer(value) ? value.toString('utf8') : missing(id, 'text');
}

export function structAt(struct: ThriftStruct, id: number): ThriftStruct | undefined {
  const value = struct.get(id);
  return isStruct(value) ? value : undefined;
}

export function listAt(struct: ThriftStruct, id: number): readonly ThriftValue[] {
  const value = struct.get(id);
  return Array.isArray(value) ? (value as readonly ThriftValue[]) : missing(id, 'list');
}

function missing(id: number, what: string): never {
  throw fail('DPONE_SOURCE_READ', `a parquet file's metadata is malformed: field ${id} is no ${what}`);
}
