import { expect } from 'chai';
import fc from 'fast-check';
import { longList, orderedJson, orderedJsonLines, stableJson, stableJsonLines } from '@dpone/sdk';

describe('stableJsonLines', () => {
  it('is what stableJson gives, and a line break', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.constant(undefined))),
    );
    fc.assert(
      fc.property(value, (any) => {
        expect([...stableJsonLines(any)].join('')).to.equal(`${stableJson(any)}\n`);
        expect([...orderedJsonLines(any)].join('')).to.equal(`${orderedJson(any)}\n`);
      }),
    );
  });

  it('never holds a long list as one text', () => {
    const items = Array.from({ length: 5000 }, (_, id) => ({ id, text: 'x'.repeat(100) }));
    const pieces = [...stableJsonLines({ items })];
    expect(pieces.length).to.be.greaterThan(5);
    expect(Math.max(...pieces.map((piece) => piece.length))).to.be.lessThan(70_000);
  });
});

describe('longList', () => {
  const items = async function* (count: number) {
    for (let id = 0; id < count; id += 1) yield { id, text: `ä${'x'.repeat(id % 50)}\n` };
  };

  it('is an array while it is short', async () => {
    expect(await longList(items(10_000)))
      .to.be.an('array')
      .with.length(10_000);
  });

  it('is written as an array when it is long, as often as it is read', async () => {
    const list = await longList(items(10_001));
    expect(list).not.to.be.an('array');
    expect(list.length).to.equal(10_001);
    const array = [];
    for await (const item of items(10_001)) array.push(item);
    for (let times = 0; times < 2; times += 1) expect([...list]).to.eql(array);
    expect([...stableJsonLines({ list })].join('')).to.equal(`${stableJson({ list: array })}\n`);
    expect(stableJson({ list })).to.equal(stableJson({ list: array }));
  });
});
