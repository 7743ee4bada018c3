import type { SinkDefinition, SourceDefinition, StrategyDefinition, Plugin, ExtensionKind } from '@dpone/sdk';
import { packages } from '../architecture/packages.js';
import { registerPlugins } from '../support/register-plugins.js';

/** Plugins of the repository that read, write or load, found by what their packages say that they provide. */
export interface Registry {
  readonly plugins: readonly Plugin[];
  readonly sources: ReadonlyMap<string, SourceDefinition>;
  readonly sinks: ReadonlyMap<string, SinkDefinition>;
  readonly strategies: ReadonlyMap<string, StrategyDefinition>;
}

export async function readRegistry(): Promise<Registry> {
  const plugins: Plugin[] = [];
  for (const { name, room, manifest } of packages) {
    if (room !== 'plugins' || !manifest.dpone?.provides.some((id) => /^(?:source|sink|strategy):/.test(id))) continue;
    const { default: plugin } = (await import(name)) as { default: Plugin };
    plugins.push(plugin);
  }
  const found = await registerPlugins(plugins);
  const of = <T>(kind: ExtensionKind): ReadonlyMap<string, T> =>
    new Map(
      [...found].flatMap(([key, definition]) =>
        key.startsWith(`${kind}:`) ? [[key.slice(kind.length + 1), definition as T] as const] : [],
      ),
    );
  return { plugins, sources: of('source'), sinks: of('sink'), strategies: of('strategy') };
}

/** Whether the sink and the source can do what the strategy is made of, by what they declare. */
export function allows(strategy: StrategyDefinition, source: SourceDefinition, sink: SinkDefinition): boolean {
  const can = sink.capabilities.finalize;
  const steps = strategy.needs.length === 0 || strategy.needs.some((set) => set.every((op) => can.includes(op)));
  return steps && (strategy.cursor !== 'required' || source.capabilities.cursors.length > 0);
}
