import { fail, type FinalizePrimitive, type SinkCapabilities } from '@dpone/sdk';

/** Refuses a sink without the primitive that a mode is made of. */
export function requirePrimitive(mode: string, primitive: FinalizePrimitive, sink: SinkCapabilities): void {
  if (sink.finalize.includes(primitive)) return;
  throw fail('DPONE_CAPABILITY', `${mode} needs a sink that can ${primitive}; this one cannot`, {
    where: 'sink.strategy.mode',
    remedy: `Choose a strategy made of what it can do: ${sink.finalize.join(', ') || 'nothing'}.`,
  });
}
