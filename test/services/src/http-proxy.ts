import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a test sees it before it is forwarded. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** From 1. */
  readonly number: number;
}

/** What a test does to a request: `pass`; an answer instead of the server's; `lose` forwards it and cuts the answer off. */
export type Verdict = 'pass' | 'lose' | { readonly status: number; readonly body: string };

/** A way between an HTTP client and its server on which a test can answer, and lose answers. */
export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  readonly uri: (original: string) => string;
  /** Requests seen so far, those that were answered here, and those whose answer was lost. */
  readonly seen: { requests: number; answered: number; lost: number };
  judge(verdict: (request: SeenRequest) => Verdict): void;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const HOST = '127.0.0.1';

/** What S3 says when it is asked too fast. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export const SLOW_DOWN: Verdict = {
  status: 503,
  body: '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>',
};

/** Starts a proxy on a free port of 127.0.0.1. Headers go as they are: what was signed stays signed. */
export async function startHttpProxy(target: { readonly host: string; readonly port: number }): Promise<HttpProxy> {
  const seen = { requests: 0, answered: 0, lost: 0 };
  let verdict: (request: SeenRequest) => Verdict = () => 'pass';

  function handle(from: IncomingMessage, to: ServerResponse): void {
    seen.requests += 1;
    const said = verdict({ method: from.method ?? '', url: from.url ?? '', number: seen.requests });
    if (typeof said === 'object') {
      seen.answered += 1;
      // What was sent is read, so that the client sees the answer and no broken pipe.
      from.resume().on('end', () => to.writeHead(said.status, { 'content-type': 'application/xml' }).end(said.body));
      return;
    }
    const { method, url, rawHeaders: headers } = from;
    const onward = request({ ...target, method, path: url, headers, setHost: false }, (answer) => {
      if (said === 'lose') {
        seen.lost += 1;
        answer.resume().on('end', () => to.destroy());
        return;
      }
      to.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(to);
      answer.on('error', () => to.destroy());
    });
    onward.on('error', () => to.destroy());
    from.on('error', () => onward.destroy());
    to.on('close', () => onward.destroy());
    from.pipe(onward);
  }

  const server = createServer({ keepAlive: true }, handle);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOST, () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    host: HOST,
    port,
    uri: (original) => {
      const url = new URL(original);
      url.host = `${HOST}:${port}`;
      return url.href;
    },
    seen,
    judge: (judge) => {
      verdict = judge;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
