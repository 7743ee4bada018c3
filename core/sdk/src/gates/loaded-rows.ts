/** What is done with rows whose key the target has already. */
export interface LoadRowsOptions {
  /** `keep`: the target's row stays, as it may be newer. `replace`: the loaded one takes its place; needs a unique key. */
  readonly existing: 'keep' | 'replace';
}

/** How a load of given rows ended. */
export interface LoadedRows {
  readonly process: string;
  readonly run_id: string;
  readonly load_id: string;
  readonly passed: boolean;
  readonly rows_read: number;
  readonly rows_loaded: number;
  /** Rows that were set aside again. */
  readonly rows_rejected: number;
  /** Where these are. */
  readonly quarantine: string | null;
  readonly error: string | null;
}
