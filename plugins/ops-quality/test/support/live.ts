import type { CanonicalType, GateHost, LiveSource, SourceBlock } from '@dpone/sdk';

/** A table of a system that is only in memory: columns with their types, and rows. */
export interface MemoryTable {
  readonly columns: Readonly<Record<string, CanonicalType>>;
  readonly rows: readonly (readonly unknown[])[];
}

/** A host whose sources are named by `type`; `asked` tells what was opened. */
export function memoryHost(
  tables: Readonly<Record<string, MemoryTable>>,
  tempDir: string,
): GateHost & { asked: SourceBlock[] } {
  const asked: SourceBlock[] = [];
  const unasked = (): never => {
    throw new Error('This test does not expect that.');
  };
  return {
    asked,
    runGate: unasked,
    plugins: unasked,
    withTarget: unasked,
    loadRows: unasked,
    readSource: (block, _options, use) => {
      asked.push(block);
      const { columns, rows } = tables[block['type'] as string]!;
      const live: LiveSource = {
        schema: { columns: Object.entries(columns).map(([name, type]) => ({ name, type, nullable: true })) },
        tempDir: () => Promise.resolve(tempDir),
        async *batches() {
          for (let from = 0; from < rows.length; from += 3) {
            const some = rows.slice(from, from + 3);
            yield { rows: some.length, columns: Object.keys(columns).map((_, c) => some.map((row) => row[c])) };
          }
        },
      };
      return use(live);
    },
  };
}
