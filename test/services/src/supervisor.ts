// The process between a test and a server: `node supervisor.js <module of the service> <options as JSON>`.
// It ends the server and removes its files when the test process is gone, however that ended: a hook of the test
// process would not run after SIGKILL.
import type { CreateService } from './service.js';
import type { Reply, Request } from './supervise.js';

const [module, options] = process.argv.slice(2);
if (module === undefined || options === undefined || process.send === undefined)
  throw new Error('this process is started by supervise()');

// Other users read what is made here: a server started by root runs as another user.
process.umask(0o022);

const { createService } = (await import(module)) as { readonly createService: CreateService };
const service = createService(JSON.parse(options));

let last: Promise<unknown> = Promise.resolve();
let ending = false;

function reply(message: Reply): void {
  // The test process may be gone by now; then nobody waits for the answer.
  if (process.connected) process.send?.(message, () => {});
}

process.on('message', ({ id, call }: Request) => {
  last = last.then(async () => {
    try {
      reply({ id, value: await service[call]() });
    } catch (error) {
      reply({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
});

function end(): void {
  if (ending) return;
  ending = true;
  void last
    .then(() => service.remove())
    .then(
      () => process.exit(0),
      () => process.exit(1),
    );
}

process.once('disconnect', end);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, end);
// The test process ended before this one listened.
if (!process.connected) end();
