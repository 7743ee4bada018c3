import { createServer } from 'node:net';

// Below the ports that systems give to outgoing connections (from 32768 on Linux, from 49152 elsewhere): one of those
// could be taken by anybody's connection while a server is down between two starts.
const LOWEST = 20_000;
const COUNT = 12_000;

/** A port of 127.0.0.1 that nobody listens on now. It is not held: a server that finds it taken asks for another. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * COUNT);
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
