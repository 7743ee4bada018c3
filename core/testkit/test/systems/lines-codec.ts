import { readFile, writeFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { defineCodec, fail, type Codec, type FileSet, type RowBatch } from '@dpone/sdk';
import { z } from 'zod';

const load = async (path: string): Promise<RowBatch[]> => {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw fail('DPONE_FILE_NOT_FOUND', `${path} does not exist.`, { where: path, cause });
  });
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => deserialize(Buffer.from(line, 'base64')) as RowBatch);
};

async function* read(files: FileSet): AsyncGenerator<RowBatch> {
  for (const path of files.paths) yield* await load(path);
}

/** A codec of the kit's own tests: one batch a line, so that nothing of a value is lost. */
export const linesCodec = defineCodec({
  summary: 'Batches, one a line',
  reads: ['jsonl'],
  writes: ['jsonl'],
  options: z.strictObject({}),
  create: (): Codec => {
    const write: Codec['write'] = async (batches, _schema, to) => {
      let rows = 0;
      const lines: string[] = [];
      for await (const batch of batches) {
        rows += batch.rows;
        lines.push(`${serialize(batch).toString('base64')}\n`);
      }
      await writeFile(to.path, lines.join(''));
      return { rows, bytes: lines.join('').length };
    };
    return {
      describe: async (files) => {
        await load(files.paths[0]!);
        return { columns: [] };
      },
      countRows: async () => undefined,
      read,
      write,
      convert: async (request, signal) => ({
        ...(await write(read(request.from), request.schema, request.to, signal)),
        rejected: [],
      }),
      close: async () => {},
    };
  },
});
