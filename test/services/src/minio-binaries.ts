import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached, cachedFolder } from './cached.js';

/** The newest that the module proxy knows: MinIO's own tags are no versions of a Go module. */
const VERSION = 'v0.0.0-20260212201848-7aac2a2c5b7c';

const NAME = `minio-${VERSION}`;
const BUILD_SECONDS = 1500;

const run = promisify(execFile);

/** Why MinIO cannot run here; undefined where it can. */
export async function minioUnavailable(): Promise<string | undefined> {
  if (process.platform === 'win32') return 'the launcher does not start MinIO on Windows';
  if (cachedFolder(NAME) !== undefined) return undefined;
  return run('go', ['version']).then(
    () => undefined,
    () => 'MinIO is built by go, which is not installed, and DPONE_TEST_S3_URL names no store',
  );
}

/** The program; built by `go install` where it is not there yet, which takes minutes, once a machine. */
export async function minioBinary(): Promise<string> {
  const folder = await cached(NAME, async (into) => {
    const env = { ...process.env, CGO_ENABLED: '0', GOBIN: into };
    const args = ['install', '-trimpath', '-ldflags', '-s -w', `github.com/minio/minio@${VERSION}`];
    await run('go', args, { cwd: into, env, timeout: BUILD_SECONDS * 1000, maxBuffer: 64 << 20 });
  });
  return join(folder, 'minio');
}
