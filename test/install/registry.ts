import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { runServer } from 'verdaccio';
import type { PackedPlugin } from './plugin-package.js';

/** A real npm registry on this machine that knows what a test publishes, and of the rest what `uplink` has. */
export interface LocalRegistry {
  readonly url: string;
  publish(plugin: PackedPlugin): Promise<void>;
  stop(): Promise<void>;
}

/** @param uplink the registry that is asked for what is not published here; by default none is. */
export async function startRegistry(uplink?: string): Promise<LocalRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'dpone-registry-'));
  const server = (await runServer({
    self_path: folder,
    configPath: join(folder, 'config.yaml'),
    storage: join(folder, 'storage'),
    uplinks: uplink === undefined ? {} : { others: { url: uplink } },
    packages: {
      // What is dpone's own comes from here alone, whatever another registry has by its name.
      '{@dpone/**,dpone,dpone-*}': { access: ['$all'], publish: ['$anonymous'], unpublish: ['$anonymous'] },
      '**': {
        access: ['$all'],
        publish: ['$anonymous'],
        unpublish: ['$anonymous'],
        ...(uplink === undefined ? {} : { proxy: 'others' }),
      },
    },
    // Packages with native code are large.
    max_body_size: '200mb',
    auth: { htpasswd: { file: join(folder, 'htpasswd') } },
    log: { type: 'stdout', format: 'pretty', level: 'fatal' },
    web: { enable: false },
  })) as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    publish: (plugin) => publish(url, plugin),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What `npm publish` sends: one document with the package's description and its tarball. */
async function publish(url: string, { manifest, tarball }: PackedPlugin): Promise<void> {
  const { name, version } = manifest;
  const data = await readFile(tarball);
  const file = `${basename(name)}-${version}.tgz`;
  const dist = {
    integrity: `sha512-${createHash('sha512').update(data).digest('base64')}`,
    shasum: createHash('sha1').update(data).digest('hex'),
    tarball: `${url}${name}/-/${file}`,
  };
  const response = await fetch(url + name.replace('/', '%2f'), {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      _id: name,
      name,
      'dist-tags': { latest: version },
      versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist } },
      _attachments: {
        [file]: { content_type: 'application/octet-stream', data: data.toString('base64'), length: data.length },
      },
    }),
  });
  if (!response.ok) throw new Error(`publishing ${name}@${version}: ${response.status} ${await response.text()}`);
}
