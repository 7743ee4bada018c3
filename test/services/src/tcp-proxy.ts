import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Where the proxy forwards to. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

/** Which way bytes go. */
export type Direction = 'to-server' | 'to-client';

/** A way between a client and a server that a test can break. */
export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Open connections. */
  readonly connections: number;
  /** Connections cut so far; a test whose cut never came would prove nothing. */
  readonly cuts: number;
  /** Bytes forwarded so far. */
  readonly bytes: Readonly<Record<Direction, number>>;
  /** Resets every open connection, on both sides; new ones are forwarded. */
  cut(): void;
  /**
   * Cuts every connection once so many more bytes, of all connections together, have gone that way: the peer gets no
   * byte beyond them. Happens once; a later call replaces an earlier one.
   */
  cutAfter(bytes: number, direction: Direction): void;
  /** Forwards nothing, in both directions, until `resume()`; connections stay open, new ones are taken. */
  pause(): void;
  resume(): void;
  /** Refuses new connections (ECONNREFUSED) until `accept()`; open ones stay. */
  refuse(): void;
  /** Takes connections again, on the same port. */
  accept(): Promise<void>;
  /** Cuts every connection and ends the proxy. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

const HOST = '127.0.0.1';

/** Starts a proxy on a free port of 127.0.0.1. */
export async function startProxy(target: ProxyTarget): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  const bytes: Record<Direction, number> = { 'to-server': 0, 'to-client': 0 };
  let cuts = 0;
  let paused = false;
  let limit: { readonly direction: Direction; readonly at: number } | undefined;

  function reset(pair: Pair): void {
    pairs.delete(pair);
    pair.client.resetAndDestroy();
    pair.server.resetAndDestroy();
  }

  function cut(): void {
    cuts += pairs.size;
    for (const pair of pairs) reset(pair);
  }

  function forward(pair: Pair, from: Socket, to: Socket, direction: Direction): void {
    from.on('data', (chunk: Buffer) => {
      const room = limit?.direction === direction ? limit.at - bytes[direction] : Infinity;
      const part = chunk.length > room ? chunk.subarray(0, room) : chunk;
      bytes[direction] += part.length;
      const flows = to.write(part);
      if (part.length >= room) {
        limit = undefined;
        // After the bytes that may go have gone; nothing more is read meanwhile.
        for (const { client, server } of pairs) {
          client.pause();
          server.pause();
        }
        to.write('', cut);
      } else if (!flows) from.pause();
    });
    to.on('drain', () => {
      if (!paused) from.resume();
    });
    from.on('end', () => to.end());
    from.on('error', () => reset(pair));
    from.on('close', () => {
      if (from.destroyed && to.destroyed) pairs.delete(pair);
    });
  }

  const listener = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) => {
    const server = connect({ ...target, allowHalfOpen: true, noDelay: true });
    const pair = { client, server };
    pairs.add(pair);
    forward(pair, client, server, 'to-server');
    forward(pair, server, client, 'to-client');
    if (paused) server.pause();
    else client.resume();
  });

  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(port, HOST, () => {
        listener.off('error', reject);
        resolve();
      });
    });
  await listen(0);
  const { port } = listener.address() as AddressInfo;

  async function stop(): Promise<void> {
    if (listener.listening) listener.close();
    cut();
  }

  return {
    host: HOST,
    port,
    get connections() {
      return pairs.size;
    },
    get cuts() {
      return cuts;
    },
    bytes,
    cut,
    cutAfter(count, direction) {
      limit = { direction, at: bytes[direction] + count };
    },
    pause() {
      paused = true;
      for (const { client, server } of pairs) {
        client.pause();
        server.pause();
      }
    },
    resume() {
      paused = false;
      for (const { client, server } of pairs) {
        client.resume();
        server.resume();
      }
    },
    refuse() {
      // The listening socket closes at once; only its callback would wait for the open connections.
      if (listener.listening) listener.close();
    },
    accept: () => (listener.listening ? Promise.resolve() : listen(port)),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
