export interface StagingTable {
  readonly name: string;
  /** JSON that says which target it was made for; anything else where it is none of dpone's. */
  readonly comment: unknown;
}

/** The loads of a target whose staging is among these tables, each once. */
export function stagedLoads(
  tables: readonly StagingTable[],
  target: string,
  loadOf: (table: string) => string,
): { readonly loadId: string }[] {
  const own = tables.filter(({ comment }) => targetOf(comment) === target);
  return [...new Set(own.map(({ name }) => loadOf(name)))].map((loadId) => ({ loadId }));
}

function targetOf(comment: unknown): string | undefined {
  try {
    return (JSON.parse(String(comment)) as { target?: string } | null)?.target;
  } catch {
    return undefined;
  }
}
