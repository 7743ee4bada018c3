import { createReadStream } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { PluginContext, RejectedRow } from '@dpone/sdk';

/** Rows that a source could not read, kept in a file of the run until the load knows all that it sets aside. */
export class UnreadRows {
  readonly #context: Pick<PluginContext, 'tempDir'>;
  readonly #name: string;
  #path: string | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(context: Pick<PluginContext, 'tempDir'>, loadId: string) {
    this.#context = context;
    this.#name = `${loadId}.unread.jsonl`;
  }

  /** Several units of a load add at once; lines never mix. */
  add(rows: readonly RejectedRow[]): Promise<void> {
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    this.#last = this.#last.then(async () => {
      this.#path ??= join(await this.#context.tempDir(), this.#name);
      await appendFile(this.#path, lines);
    });
    return this.#last;
  }

  /** These rows, then what the sink set aside. */
  async *and(rejected: AsyncIterable<RejectedRow>): AsyncGenerator<RejectedRow> {
    await this.#last;
    if (this.#path !== undefined)
      for await (const line of createInterface({ input: createReadStream(this.#path) }))
        yield JSON.parse(line) as RejectedRow;
    yield* rejected;
  }
}
