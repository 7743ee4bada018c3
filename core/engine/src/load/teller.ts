import type { ProtocolStep, RunEvent } from '../results.js';

/** Tells the listener of a run what happens; a step is awaited, so that a listener can stop the process exactly there. */
export interface Teller {
  tell(event: RunEvent): Promise<void>;
  step(step: ProtocolStep): Promise<void>;
}

export const teller = (
  listener: ((event: RunEvent) => void | Promise<void>) | undefined,
  load: { readonly process: string; readonly loadId: string },
): Teller => ({
  tell: async (event) => listener?.(event),
  step: async (step) => listener?.({ type: 'step', process: load.process, load_id: load.loadId, step }),
});
