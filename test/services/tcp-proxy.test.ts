import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { sharedPostgres, startProxy, type PostgresEndpoint, type TcpProxy } from '@dpone/test-services';
import { expect } from 'chai';
import pg from 'pg';

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) =>
      (error as { readonly code?: string; readonly message: string }).code ?? (error as Error).message,
  );

describe('services: TCP proxy', function () {
  this.timeout(60_000);
  let server: PostgresEndpoint;
  let proxy: TcpProxy;
  const clients: pg.Client[] = [];

  before(async () => {
    server = await sharedPostgres();
  });
  beforeEach(async () => {
    proxy = await startProxy({ host: server.host, port: server.port });
  });
  afterEach(async () => {
    await proxy.stop();
    for (const client of clients.splice(0)) await client.end().catch(() => undefined);
  });

  /** A connection to the server through the proxy. */
  async function through(): Promise<pg.Client> {
    const uri = new URL(server.uri());
    uri.hostname = proxy.host;
    uri.port = `${proxy.port}`;
    const client = new pg.Client({ connectionString: uri.href });
    client.on('error', () => {});
    clients.push(client);
    await client.connect();
    return client;
  }

  const answer = async (client: pg.Client): Promise<unknown> => (await client.query('select 42 as n')).rows;

  it('forwards both ways, and closes when a side closes', async () => {
    const client = await through();
    expect(await answer(client)).to.eql([{ n: 42 }]);
    expect(proxy.connections).to.equal(1);
    await client.end();
    while (proxy.connections > 0) await new Promise(setImmediate);
    expect(proxy.cuts).to.equal(0);
  });

  it('cut() breaks every connection in the middle of its statement; the next one is forwarded', async () => {
    const [one, two] = [await through(), await through()];
    const sleeping = [one, two].map((client) => codeOf(client.query('select pg_sleep(600)')));
    proxy.cut();
    expect(await Promise.all(sleeping)).to.eql(['ECONNRESET', 'ECONNRESET']);
    expect(proxy.cuts).to.equal(2);
    expect(await answer(await through())).to.eql([{ n: 42 }]);
  });

  it('cutAfter() breaks an answer after as many bytes, once', async () => {
    const client = await through();
    const before = proxy.bytes['to-client'];
    proxy.cutAfter(100_000, 'to-client');
    expect(await answer(client)).to.eql([{ n: 42 }]);
    expect(await codeOf(client.query("select repeat('x', 1000) from generate_series(1, 100000)"))).to.not.equal('done');
    expect(proxy.bytes['to-client'] - before).to.equal(100_000);
    expect(proxy.cuts).to.equal(1);
    expect(await answer(await through())).to.eql([{ n: 42 }]);
  });

  it('cutAfter() lets the server see no byte more', async () => {
    const seen: Buffer[] = [];
    const sink = createServer((socket: Socket) => {
      socket.on('error', () => {});
      socket.on('data', (chunk: Buffer) => seen.push(chunk));
    }).listen(0, '127.0.0.1');
    await once(sink, 'listening');
    await using way = await startProxy({ host: '127.0.0.1', port: (sink.address() as AddressInfo).port });
    const client = connect(way.port, way.host);
    way.cutAfter(1_000, 'to-server');
    client.write(Buffer.alloc(300_000, 'x'));
    const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.be.oneOf(['ECONNRESET', 'EPIPE']);
    sink.close();
    await once(sink, 'close');
    expect(Buffer.concat(seen).length).to.be.at.most(1_000);
    expect(way.bytes['to-server']).to.equal(1_000);
    expect(way.cuts).to.equal(1);
  });

  it('pause() holds what is sent, on connections old and new, until resume()', async () => {
    const client = await through();
    proxy.pause();
    let answered = 0;
    const asked = [answer(client), through().then(answer)].map((work) =>
      work.then((rows) => {
        answered += 1;
        return rows;
      }),
    );
    // Meanwhile the server has answered others often enough to have answered these.
    for (let i = 0; i < 20; i++) await server.sql('select 1');
    expect(answered).to.equal(0);
    proxy.resume();
    expect(await Promise.all(asked)).to.eql([[{ n: 42 }], [{ n: 42 }]]);
  });

  it('refuse() turns new connections away and keeps those there are; accept() takes them on the same port', async () => {
    const client = await through();
    proxy.refuse();
    expect(await codeOf(through())).to.equal('ECONNREFUSED');
    expect(await answer(client)).to.eql([{ n: 42 }]);
    const { port } = proxy;
    await proxy.accept();
    expect(proxy.port).to.equal(port);
    expect(await answer(await through())).to.eql([{ n: 42 }]);
  });

  it('a server that is not there resets the client, and is no cut', async () => {
    await using way = await startProxy({ host: '127.0.0.1', port: 1 });
    const client = connect(way.port, way.host);
    const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNRESET');
    expect(way).to.include({ cuts: 0, connections: 0 });
  });
});
