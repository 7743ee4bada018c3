import type { Branded } from '../brand.js';
import type { PluginContext } from './context.js';

/** Where a connection's values come from (`connection_type`). */
export interface Secrets {
  /** The connection's values by lower-case name (`host`, `username`, ...); DPONE_SECRET_NOT_FOUND where there is none. */
  connection(connectionId: string): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

export interface SecretsDefinition extends Branded<'secrets'> {
  readonly summary: string;
  /** `env` is the environment that dpone was started with. */
  create(
    ctx: PluginContext & {
      readonly env: Readonly<Record<string, string | undefined>>;
      readonly options: Readonly<Record<string, unknown>>;
    },
  ): Promise<Secrets> | Secrets;
}
