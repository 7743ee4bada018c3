import { expect } from 'chai';
import { followProcess, type ProcessResult, type ProcessSpec, type RunEvent } from '@dpone/engine';
import { pace } from '../dist/pace.js';
import { COLUMNS, memoryProject, memorySpec, orders, type MemoryProject } from './support/memory-project.js';

const APPEND = memorySpec({
  source: { cursor: { kind: 'column', column: 'id' } },
  sink: { strategy: { mode: 'incremental_append' } },
});

describe('a run that follows', () => {
  let project: MemoryProject;
  beforeEach(async () => {
    project = await memoryProject();
    project.store.put('source_orders', COLUMNS, orders(1, 25, 1));
  });
  afterEach(() => project.remove());

  /** Follows until `until` says so of what was told, and returns the loads. */
  async function follow(
    spec: ProcessSpec,
    until: (event: RunEvent, loads: readonly ProcessResult[]) => boolean | void,
  ): Promise<{ loads: ProcessResult[]; exit: number; waits: number }> {
    const stop = new AbortController();
    const loads: ProcessResult[] = [];
    let waits = 0;
    const { exit } = await followProcess(project.host, spec, {
      commitIntervalMs: 1,
      stop: stop.signal,
      onEvent: (event) => {
        if (event.type === 'process.finished') loads.push(event.result);
        if (event.type === 'waiting') waits++;
        if (until(event, loads) === true) stop.abort();
      },
    });
    return { loads, exit, waits };
  }

  it('loads what comes; looks that find nothing leave no trace', async () => {
    let looks = 0;
    const { loads, exit, waits } = await follow(APPEND, (event) => {
      if (event.type === 'process.started') looks++;
      if (event.type === 'process.started' && looks === 3)
        project.store.put('source_orders', COLUMNS, orders(1, 30, 1));
      return looks === 6;
    });
    expect(exit).to.equal(0);
    expect(loads.map((load) => load.result.extracted_rows)).to.eql([25, 5]);
    expect(new Set(loads.map((load) => load.run_id)).size).to.equal(1);
    expect(new Set(loads.map((load) => load.load_id)).size).to.equal(2);
    expect(waits).to.equal(2);
    expect(project.store.rows('orders', ['id'])).to.have.lengthOf(30);
    const packages = project.files('.dpone/load-packages').filter((name) => name.endsWith('.json'));
    expect(packages).to.eql(loads.map((load) => `${load.load_id}.json`).toSorted());
    expect(project.files('.dpone/load-packages/.open')).to.eql([]);
  });

  it('ends the load in hand before it stops', async () => {
    const { loads, exit } = await follow(APPEND, (event) => event.type === 'step' && event.step === 'stage.created');
    expect(exit).to.equal(0);
    expect(loads.map((load) => load.result.extracted_rows)).to.eql([25]);
  });

  it('ends with the load that failed', async () => {
    const { loads, exit } = await follow(APPEND, (_event, done) => {
      if (done.length === 1) project.store.put('source_orders', [], []);
    });
    expect(exit).to.be.greaterThan(0);
    expect(loads.map((load) => load.passed)).to.eql([true, false]);
    expect(project.store.rows('orders', ['id'])).to.have.lengthOf(25);
  });

  it('refuses a strategy that reads everything each time', async () => {
    const refused = await followProcess(project.host, memorySpec(), {}).catch((error: unknown) => error);
    expect(refused).to.include({ code: 'DPONE_OPTION_CONFLICT' });
    expect(String(refused)).to.include('full_refresh reads everything each time');
  });

  describe('its pace', () => {
    let now = 0;
    const clock = (): number => now;
    const loaded = (when: ReturnType<typeof pace>, rows: number): void => {
      when.begin();
      when.end(rows);
    };
    beforeEach(() => (now = 0));

    it('is the interval where only a load can tell, and slower while there is nothing', () => {
      const when = pace(1000, undefined, clock);
      expect(when.pause(undefined)).to.equal(0);
      loaded(when, 5);
      expect(when.pause(undefined)).to.equal(1000);
      const pauses = [1, 2, 3, 4, 5].map(() => {
        loaded(when, 0);
        return when.pause(undefined);
      });
      expect(pauses).to.eql([2000, 4000, 8000, 8000, 8000]);
      loaded(when, 1);
      expect(when.pause(undefined)).to.equal(1000);
    });

    it('is the interval where the source says how much is new, or the rows that wait', () => {
      const when = pace(1000, 10, clock);
      loaded(when, 5);
      expect(when.pause(9)).to.equal(50);
      expect(when.pause(10)).to.equal(0);
      now = 980;
      expect(when.pause(9)).to.equal(20);
      now = 1000;
      expect(when.pause(1)).to.equal(0);
    });

    it('asks a source that has nothing once a second at least', () => {
      const when = pace(60_000, undefined, clock);
      loaded(when, 5);
      expect(when.idle).to.equal(false);
      const asked = [1, 2, 3, 4, 5, 6, 7].map(() => when.pause(0));
      expect(asked).to.eql([50, 100, 200, 400, 800, 1000, 1000]);
      expect(when.idle).to.equal(true);
      expect(when.pause(1)).to.equal(60_000);
    });
  });
});
