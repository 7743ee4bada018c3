import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that a collector got. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A collector that takes whatever it gets, or hangs. */
export class Receiver {
  readonly received: readonly Received[];
  readonly #server: Server;

  private constructor(server: Server, received: readonly Received[]) {
    this.#server = server;
    this.received = received;
  }

  static async start(behaviour: 'takes' | 'hangs' = 'takes'): Promise<Receiver> {
    const requests: Received[] = [];
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        requests.push({ method, path: url, headers, body: Buffer.concat(parts).toString('utf8') });
        if (behaviour === 'takes') response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Receiver(server, requests);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Bodies that came to a path, as JSON. */
  json(path: string): unknown[] {
    return this.received.filter((one) => one.path === path).map((one) => JSON.parse(one.body) as unknown);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
