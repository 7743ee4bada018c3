import { fail } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { PartitionSpec } from './partition-spec.js';
import type { Server } from './server.js';
import type { Session } from './session.js';
import { assertSnapshot, joinSnapshot, type Snapshot } from './snapshot.js';

/** A session that sees the snapshot, for one COPY. */
export interface Lent {
  readonly session: Session;
  /** Gives it back; `whole` where the COPY came to its end. Once is enough, more often does no harm. */
  done(whole: boolean): Promise<void>;
}

/** The sessions in which the parts of one read are read. */
export class PartitionSessions {
  readonly #server: Server;
  readonly #coordinator: Session;
  readonly #snapshot: Snapshot;
  #lent = false;
  #broken = false;

  constructor(server: Server, coordinator: Session, snapshot: Snapshot) {
    this.#server = server;
    this.#coordinator = coordinator;
    this.#snapshot = snapshot;
  }

  /** `alone` where no other part is read at the same time: the session that holds the snapshot then reads it itself. */
  async lend(spec: PartitionSpec, alone: boolean, doing: Doing, signal: AbortSignal): Promise<Lent> {
    if (alone && spec.snapshot === this.#snapshot.id && !this.#lent && !this.#broken) return this.#lendCoordinator();
    const session = await this.#server.session(signal);
    try {
      await joinSnapshot(session, spec.snapshot, doing);
    } catch (error) {
      await session.close();
      throw error;
    }
    let given = false;
    return {
      session,
      done: async (whole) => {
        if (given) return;
        given = true;
        // A transaction in the middle of a COPY cannot be ended, only its connection.
        if (whole) await session.rollback();
        await session.close();
      },
    };
  }

  #lendCoordinator(): Lent {
    this.#lent = true;
    return {
      session: this.#coordinator,
      done: (whole) => {
        this.#lent = false;
        if (!whole) this.#broken = true;
        return Promise.resolve();
      },
    };
  }

  /** Throws DPONE_SOURCE_CHANGED where the snapshot was not held to the end. */
  async verify(doing: Doing): Promise<void> {
    // Not that the source moved: what broke the read off has an error of its own.
    if (this.#broken) throw fail('DPONE_SOURCE_READ', `${doing.what}: the read broke off`);
    await assertSnapshot(this.#coordinator, this.#snapshot, doing);
  }

  /** Ends the snapshot. */
  async close(): Promise<void> {
    if (!this.#broken && !this.#lent) await this.#coordinator.rollback();
    await this.#coordinator.close();
  }
}
