import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A package as a registry has it. */
export interface PublishedPackage {
  readonly name: string;
  readonly version: string;
  readonly keywords: readonly string[];
  readonly dpone?: unknown;
}

/** An npm registry with these packages, as far as searching and looking up needs one. */
export async function startRegistry(packages: readonly PublishedPackage[]): Promise<{ url: string; close(): void }> {
  const server: Server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url!, 'http://registry').pathname);
    const found = packages.find(({ name }) => path === `/${name}`);
    response.setHeader('content-type', 'application/json');
    if (path === '/-/v1/search') response.end(JSON.stringify(searchResult(packages)));
    else if (found !== undefined) response.end(JSON.stringify(packument(found)));
    else {
      response.statusCode = 404;
      response.end('{"error": "not found"}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

const searchResult = (packages: readonly PublishedPackage[]) => ({
  objects: packages.map((one) => ({
    package: { ...one, links: {}, publisher: { username: 'a' }, maintainers: [], date: '2026-01-01T00:00:00.000Z' },
    score: { final: 1, detail: {} },
    searchScore: 1,
  })),
  total: packages.length,
});

const packument = (one: PublishedPackage) => ({
  name: one.name,
  'dist-tags': { latest: one.version },
  versions: { [one.version]: { ...one, description: `${one.name} for dpone`, dist: { tarball: '', shasum: '' } } },
  time: { [one.version]: '2026-01-01T00:00:00.000Z' },
});
