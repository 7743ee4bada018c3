import { fail } from '@dpone/sdk';

/** What stops a load: the caller's signal, or the first thing in it that fails. */
export interface Work {
  readonly signal: AbortSignal;
  /** Ends everything that is under way; the first cause given is the one that is kept. */
  abort(cause: unknown): void;
  /** The first cause, or undefined while nothing failed. */
  cause(): unknown;
  readonly cancelled: boolean;
  /** Stops listening to the caller's signal. */
  close(): void;
}

export function startWork(external: AbortSignal | undefined): Work {
  const controller = new AbortController();
  let first: { readonly cause: unknown } | undefined;
  const abort = (cause: unknown): void => {
    first ??= { cause };
    controller.abort(cause);
  };
  const cancel = (): void => abort(fail('DPONE_CANCELLED', 'the run was interrupted', { cause: external?.reason }));
  if (external?.aborted === true) cancel();
  else external?.addEventListener('abort', cancel, { once: true });
  return {
    signal: controller.signal,
    abort,
    cause: () => first?.cause,
    get cancelled() {
      return external?.aborted === true;
    },
    close: () => external?.removeEventListener('abort', cancel),
  };
}
