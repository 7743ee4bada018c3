import { expect } from 'chai';
import fc from 'fast-check';
import { isDponeError, laneRefuses, type Column, type LaneId, type LaneOffer, type Transport } from '@dpone/sdk';
import { planLanes, type LaneInput } from '../../dist/plan/lanes.js';

const offer = (id: LaneId, transport: Transport, cost: number, refuses?: LaneOffer['refuses']): LaneOffer => ({
  id,
  transport,
  cost,
  ...(refuses === undefined ? {} : { refuses }),
});
const id: Column = { name: 'id', type: { kind: 'int64' }, nullable: false };
const tags: Column = { name: 'tags', type: { kind: 'array', item: { kind: 'string' } }, nullable: true };
const ROWS = offer('rows', 'rows', 20);
const input = (change: Partial<LaneInput>): LaneInput => ({
  offers: [ROWS],
  accepts: [ROWS],
  source: [id],
  staged: [id],
  codecs: [],
  setsAside: false,
  ...change,
});
const DUCKDB = { reads: ['csv', 'parquet', 'jsonl'], writes: ['csv', 'parquet', 'jsonl'] } as const;

const refusal = (change: Partial<LaneInput>): { code: string; message: string } => {
  try {
    planLanes(input(change));
  } catch (error) {
    if (isDponeError(error)) return error;
    throw error;
  }
  throw new Error('it was planned');
};

describe('lane planner', () => {
  it('takes the cheapest lane that both sides know', () => {
    const plan = planLanes(
      input({
        offers: [ROWS, offer('csv', 'pull', 2), offer('parquet', 'pull', 1)],
        accepts: [ROWS, offer('csv', 'pull', 2), offer('parquet', 'pull', 1)],
      }),
    );
    expect(plan).to.deep.equal({
      route: { from: { id: 'parquet', transport: 'pull' }, into: { id: 'parquet', transport: 'pull' }, codec: false },
      refused: [],
    });
  });

  it("has the sink's server read files from where they are where both sides say so, and only then", () => {
    const remote: LaneOffer = { ...offer('parquet', 'pull', 0.5), remote: true };
    const here = offer('parquet', 'pull', 1);
    const offers = [ROWS, here, remote];
    const both = planLanes(input({ offers, accepts: [ROWS, offer('parquet', 'pull', 1), remote] }));
    expect(both.route.from).to.deep.equal({ id: 'parquet', transport: 'pull', remote: true });
    const one = planLanes(input({ offers, accepts: [ROWS, offer('csv', 'pull', 1)], codecs: [DUCKDB] }));
    expect(one.route).to.deep.equal({
      from: { id: 'parquet', transport: 'pull' },
      into: { id: 'csv', transport: 'pull' },
      codec: true,
    });
  });

  it('leaves a lane that a column does not survive, and says which and why', () => {
    const plan = planLanes(
      input({
        offers: [offer('csv', 'pull', 1), ROWS],
        accepts: [offer('csv', 'pull', 1), ROWS],
        source: [id, tags],
        staged: [id, tags],
      }),
    );
    expect(plan.route.from.id).to.equal('rows');
    expect(plan.refused).to.deep.equal([{ lane: 'csv (pull)', reason: 'tags: csv has no form for an array' }]);
  });

  it('says what either side refuses of its own', () => {
    const plan = planLanes(
      input({
        offers: [offer('parquet', 'pull', 1, (c) => (c.name === 'id' ? 'int96 is ambiguous' : undefined)), ROWS],
        accepts: [offer('parquet', 'pull', 1), ROWS],
      }),
    );
    expect(plan.refused).to.deep.equal([{ lane: 'parquet (pull)', reason: 'id: int96 is ambiguous' }]);
  });

  it('goes through a spool file where the source writes and the sink reads the same format', () => {
    const plan = planLanes(
      input({ offers: [offer('parquet', 'push', 1), ROWS], accepts: [offer('parquet', 'pull', 1), ROWS] }),
    );
    expect(plan.route).to.deep.equal({
      from: { id: 'parquet', transport: 'push' },
      into: { id: 'parquet', transport: 'pull' },
      codec: false,
    });
  });

  it('goes through a codec before it falls to rows, and not where bad rows are set aside', () => {
    const sides = {
      offers: [offer('csv', 'pull', 1), ROWS],
      accepts: [offer('parquet', 'pull', 1), ROWS],
      codecs: [DUCKDB],
    };
    expect(planLanes(input(sides)).route).to.deep.equal({
      from: { id: 'csv', transport: 'pull' },
      into: { id: 'parquet', transport: 'pull' },
      codec: true,
    });
    const aside = planLanes(input({ ...sides, setsAside: true }));
    expect(aside.route.from.id).to.equal('rows');
    expect(aside.refused[0]!.reason).to.contain('quarantine');
  });

  it('honours engine.lanes, and names it where nothing is left', () => {
    const sides = { offers: [offer('csv', 'pull', 1), ROWS], accepts: [offer('csv', 'pull', 1), ROWS] };
    const plan = planLanes(input({ ...sides, allowed: ['rows'] }));
    expect(plan.route.from.id).to.equal('rows');
    expect(plan.refused).to.deep.equal([{ lane: 'csv (pull)', reason: 'engine.lanes does not name csv' }]);
    const error = refusal({ ...sides, allowed: ['parquet'] });
    expect(error).to.include({ code: 'DPONE_NO_LANE', where: 'engine.lanes' });
  });

  it('a lane that the sink does not take is named as refused', () => {
    const plan = planLanes(input({ offers: [offer('pg-copy-binary', 'stream', 2), ROWS] }));
    expect(plan.refused.map((r) => r.lane)).to.deep.equal(['pg-copy-binary (stream)']);
  });

  it('does not carry as rows what was guessed from text and is staged as another reading of it', () => {
    const guessed: Column = { ...id, inferred: true };
    const text: Column = { ...id, type: { kind: 'string' } };
    const error = refusal({ source: [guessed], staged: [text] });
    expect(error.message).to.contain('read as int64 and cannot become string');
    expect(planLanes(input({ source: [guessed], staged: [id] })).route.from.id).to.equal('rows');
  });

  it('always takes the cheapest way in which every column survives (property)', () => {
    const lane = fc.record({
      id: fc.constantFrom<LaneId>('parquet', 'csv', 'jsonl'),
      transport: fc.constantFrom<Transport>('pull', 'push', 'stream'),
      cost: fc.integer({ min: 1, max: 30 }),
    });
    const sides = fc.uniqueArray(lane, { selector: (l) => `${l.id} ${l.transport}`, maxLength: 6 });
    fc.assert(
      fc.property(sides, sides, fc.boolean(), (offers, accepts, nested) => {
        const columns = nested ? [id, tags] : [id];
        const plan = planLanes(
          input({ offers: [...offers, ROWS], accepts: [...accepts, ROWS], source: columns, staged: columns }),
        );
        const { from, into } = plan.route;
        for (const column of columns)
          expect(laneRefuses(from.id, column.type) ?? laneRefuses(into.id, column.type)).to.equal(undefined);
        const cost = (list: readonly LaneOffer[], l: { id: string; transport: string }): number =>
          list.find((o) => o.id === l.id && o.transport === l.transport)!.cost;
        const total = cost([...offers, ROWS], from) + cost([...accepts, ROWS], into);
        for (const o of offers)
          for (const a of accepts)
            if (o.id === a.id && o.transport === a.transport && !(nested && o.id === 'csv'))
              expect(total).to.be.at.most(o.cost + a.cost);
      }),
    );
  });
});
