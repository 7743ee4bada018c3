import type { EngineSession } from './engine.js';
import type { HttpQuery } from './request.js';

/** What makes a connection the one that a request asks for. */
export const preparation = ({ settings, database, user }: HttpQuery): string[] => [
  ...(user === 'default' ? [] : [`SET ROLE \`${user}\``]),
  ...(settings.length === 0 ? [] : [`SET ${settings.join(', ')}`]),
  ...(database === undefined || database === '' ? [] : [`USE \`${database}\``]),
];

const MOST_IDLE = 64;

/** Connections by what was set on them: to make one, and to set it up, takes longer than most statements of tests. */
export class Connections {
  readonly #engine: { connect(): EngineSession };
  readonly #idle = new Map<string, EngineSession[]>();
  #count = 0;

  constructor(engine: { connect(): EngineSession }) {
    this.#engine = engine;
  }

  async take(query: HttpQuery): Promise<EngineSession> {
    const prepared = preparation(query);
    const kept = this.#idle.get(prepared.join('; '))?.pop();
    if (kept !== undefined) {
      this.#count--;
      return kept;
    }
    const session = this.#engine.connect();
    try {
      for (const sql of prepared) await session.queryAsync(sql, { format: 'TSV' });
    } catch (error) {
      session.close();
      throw error;
    }
    return session;
  }

  give(query: HttpQuery, session: EngineSession): void {
    // What a statement set, and a token that is used once, is of no use to another request.
    if (this.#count >= MOST_IDLE || /^\s*(?:SET|USE)\b/i.test(query.sql) || /token/.test(query.settings.join())) {
      session.close();
      return;
    }
    const key = preparation(query).join('; ');
    this.#idle.set(key, [...(this.#idle.get(key) ?? []), session]);
    this.#count++;
  }
}
