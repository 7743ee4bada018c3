import { expect } from 'chai';
import { laneRefuses, nearest, quoteIdent, quoteLiteral } from '@dpone/sdk';

describe('small helpers', () => {
  it('suggests the nearest word, or none', () => {
    expect(nearest('uniqe_key', ['mode', 'unique_key', 'table'])).to.equal('unique_key');
    expect(nearest('Mode', ['mode'])).to.equal('mode');
    expect(nearest('xyzzy', ['mode', 'table'])).to.equal(undefined);
  });

  it('quotes identifiers and literals', () => {
    expect(quoteIdent('a"b')).to.equal('"a""b"');
    expect(quoteLiteral("it's")).to.equal("'it''s'");
  });

  it('knows what a text lane has no form for', () => {
    expect(laneRefuses('csv', { kind: 'array', item: { kind: 'int8' } })).to.match(/csv .* array/);
    expect(laneRefuses('csv', { kind: 'string' })).to.equal(undefined);
    expect(laneRefuses('parquet', { kind: 'map', key: { kind: 'string' }, value: { kind: 'int8' } })).to.equal(
      undefined,
    );
  });
});
