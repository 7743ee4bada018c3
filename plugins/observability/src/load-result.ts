import type { Attributes } from '@opentelemetry/api';

/** What this package reads of `dpone run --format json`. */
export interface LoadResult {
  readonly process?: string;
  readonly run_id?: string;
  readonly load_id?: string;
  readonly passed?: boolean;
  readonly strategy?: string;
  readonly lane?: string | null;
  readonly schema_changes?: readonly string[];
  readonly quality?: readonly { readonly verdict?: string }[];
  readonly result?: {
    readonly status?: string;
    readonly extracted_rows?: number;
    readonly inserted_rows?: number;
    readonly updated_rows?: number;
    readonly deleted_rows?: number;
    readonly rejected_rows?: number;
    readonly final_rows?: number | null;
    readonly bytes?: number;
    readonly errors?: readonly { readonly code?: string }[];
  };
}

/** Counts and names: nothing of the data itself. */
export function loadAttributes(load: LoadResult): Attributes {
  const { result = {} } = load;
  const red = load.quality?.filter(({ verdict }) => verdict === 'failed' || verdict === 'warned').length;
  const all = {
    'dpone.strategy': load.strategy,
    'dpone.lane': load.lane ?? undefined,
    'dpone.status': result.status,
    'dpone.rows.extracted': result.extracted_rows,
    'dpone.rows.inserted': result.inserted_rows,
    'dpone.rows.updated': result.updated_rows,
    'dpone.rows.deleted': result.deleted_rows,
    'dpone.rows.rejected': result.rejected_rows,
    'dpone.bytes': result.bytes,
    'dpone.schema_changes': load.schema_changes?.length,
    'dpone.quality.red': red,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
