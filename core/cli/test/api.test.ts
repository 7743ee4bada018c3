import { expect } from 'chai';
import { plan, run } from 'dpone';
import { project, type Project } from './dpone.js';

describe('the program interface', () => {
  let at: Project;
  const folder = process.cwd();
  beforeEach(() => {
    at = project();
    process.chdir(at.path);
  });
  afterEach(() => {
    process.chdir(folder);
    at.remove();
  });

  it('plans and runs as the commands do, and leaves the signals of its program alone', async () => {
    const listening = process.listenerCount('SIGINT');
    const [planned] = await plan('orders.yml');
    expect(planned!.lane.transport).to.equal('pull');
    const result = await run('orders.yml');
    expect(result).to.include({ passed: true, exit: 0 });
    expect(result.processes[0]!.result.inserted_rows).to.equal(2);
    expect(process.listenerCount('SIGINT')).to.equal(listening);
  });

  it('throws what is wrong with the manifest', async () => {
    at.write('bad.yml', 'name: bad\nnmae: x\n');
    const thrown = await run('bad.yml').catch((error: unknown) => error);
    expect(thrown)
      .to.have.property('code')
      .that.matches(/^DPONE_MANIFEST/);
  });
}).timeout(60_000);
