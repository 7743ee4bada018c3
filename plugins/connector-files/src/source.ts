import { access, constants } from 'node:fs/promises';
import {
  isDponeError,
  type CheckResult,
  type ReadRequest,
  type Source,
  type SourceContext,
  type SourceRead,
} from '@dpone/sdk';
import { readError } from './errors.js';
import { fileSet } from './file-set.js';
import { listFiles } from './listing.js';
import type { SourceOptions } from './options.js';
import { openRead } from './source-read.js';

/** Files as a table. Holds nothing open between calls. */
export class FilesSource implements Source {
  readonly #ctx: SourceContext<null, SourceOptions>;

  constructor(ctx: SourceContext<null, SourceOptions>) {
    this.#ctx = ctx;
  }

  get #paths(): readonly string[] {
    return [this.#ctx.options.path ?? this.#ctx.options.paths ?? []].flat();
  }

  async check(): Promise<CheckResult[]> {
    const results: CheckResult[] = [];
    const name = `read ${this.#paths.join(', ')}`;
    try {
      const files = await listFiles(this.#paths, this.#ctx.workdir);
      for (const file of files)
        await access(file.path, constants.R_OK).catch((error: unknown) => {
          throw readError(error, file.path);
        });
      const { lane } = fileSet(files, this.#ctx.options);
      results.push({
        name,
        status: 'pass',
        message: `${files.length} ${lane} ${files.length === 1 ? 'file' : 'files'}`,
      });
      await (await this.open({ scope: 'all', state: null, parallel: 1, badRows: 'fail' })).close();
    } catch (error) {
      const remedy = isDponeError(error) ? { remedy: error.remedy } : {};
      results.push({
        name,
        status: 'fail',
        message: error instanceof Error ? error.message : String(error),
        ...remedy,
      });
    }
    return results;
  }

  async open(request: ReadRequest): Promise<SourceRead> {
    return openRead(await listFiles(this.#paths, this.#ctx.workdir), request, this.#ctx);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
