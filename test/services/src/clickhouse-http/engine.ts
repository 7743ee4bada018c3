import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What the front needs of chdb's session: one connection to the engine. */
export interface EngineSession {
  queryAsync(sql: string, options: { format: string }): Promise<EngineResult>;
  close(): void;
}

export interface EngineResult {
  /** Rows of the result, or of an INSERT whose data is given; 0 where the engine does not say. */
  readonly rowsRead: number;
  bytes(): Uint8Array;
}

/** An error of the engine: `Code: 60. DB::Exception: ... (UNKNOWN_TABLE)`. */
export interface EngineError {
  readonly code: number;
  readonly message: string;
}

/** The engine in this process, from the folder that chdb was installed in. One data folder a process. */
export function loadEngine(folder: string, data: string): { connect(): EngineSession } {
  const require = createRequire(join(folder, 'package.json'));
  const { Session } = require('chdb') as { Session: new (path: string) => EngineSession };
  return { connect: () => new Session(data) };
}

export function engineError(error: unknown): EngineError {
  const message = error instanceof Error ? error.message : String(error);
  const code = /Code: (\d+)\./.exec(message)?.[1];
  return { code: Number(code ?? 1001), message };
}
