import { engineOptions } from '../schema/option-fields.js';
import type { ParsedProcess } from '../schema/process-schema.js';

export type ParsedOptions = NonNullable<ParsedProcess['source']['options']>;
type EngineKey = keyof typeof engineOptions;
/** The engine's part of the options. */
export type EngineOptions = Partial<Pick<ParsedOptions, EngineKey>>;

const isEngineKey = (key: string): key is EngineKey => Object.hasOwn(engineOptions, key);

/** Keys of `options` that the engine takes, so that a plugin never sees them. */
export const ENGINE_OPTION_KEYS: readonly string[] = Object.keys(engineOptions);

/** The engine's keys of a parsed `options` map. */
export const engineOptionsOf = (options: ParsedOptions | undefined): EngineOptions =>
  Object.fromEntries(Object.entries(options ?? {}).filter(([key, value]) => isEngineKey(key) && value !== undefined));

/** What is left for the plugin, as it was written. */
export const pluginOptionsOf = (options: ParsedOptions | undefined): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options ?? {}).filter(([key]) => !isEngineKey(key)));
