import { asDponeError, fail, type Json } from '@dpone/sdk';
import { stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { LIMITS } from './limits.js';
import { nodeOf, pathText, type Layer, type Node, type Path } from './node.js';

/**
 * The default export of a TypeScript or JavaScript module (an object, or a function that gives one) as nodes. Types
 * are stripped by Node itself, so that nothing has to be installed. A value knows its file, not its line.
 */
export async function readModule(path: string, file: string, layer: Layer): Promise<Node | null> {
  if (/\.m?ts$/.test(path) && !process.features.typescript)
    throw fail('DPONE_NODE_VERSION', `a TypeScript manifest needs Node.js 22.18 or newer; this is ${process.version}`, {
      where: file,
      remedy: 'Use a newer Node.js, or write the manifest as YAML, JSON or JavaScript.',
    });
  // The time of the last change makes a changed file a module of its own: Node keeps what it has imported.
  const { mtimeMs } = await stat(path);
  let exported: unknown;
  try {
    const module = (await import(`${pathToFileURL(path).href}?changed=${mtimeMs}`)) as { default?: unknown };
    exported = module.default;
    if (typeof exported === 'function') exported = await (exported as () => unknown)();
  } catch (error) {
    throw fail('DPONE_MANIFEST_SYNTAX', asDponeError(error, 'DPONE_INTERNAL', 'the module failed').message, {
      where: file,
      cause: error,
    });
  }
  if (exported === undefined)
    throw fail('DPONE_MANIFEST_INVALID', 'the module has no default export', {
      where: file,
      remedy: 'End it with: export default { name, source, sink }.',
    });
  return nodeOf(new Reader(file).json(exported, []), { layer, file });
}

/** Takes plain data only: what a manifest says must also be sayable in YAML, and fit in a unit of work. */
class Reader {
  private values = 0;
  private readonly open = new Set<object>();

  constructor(private readonly file: string) {}

  json(value: unknown, path: Path): Json {
    this.values += 1;
    if (this.values > LIMITS.values) throw this.invalid(path, `is one of more than ${LIMITS.values} values`);
    if (path.length > LIMITS.depth) throw this.invalid(path, `is nested deeper than ${LIMITS.depth} levels`);
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') {
      if (Number.isFinite(value)) return value;
      throw this.invalid(path, 'is not a finite number');
    }
    if (typeof value !== 'object') throw this.invalid(path, `is a ${typeof value}, not plain data`);
    if (this.open.has(value)) throw this.invalid(path, 'contains itself');
    this.open.add(value);
    const result = Array.isArray(value)
      ? value.map((item, i) => this.json(item, [...path, i]))
      : this.object(value, path);
    this.open.delete(value);
    return result;
  }

  private object(value: object, path: Path): Json {
    const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
    // By name: a manifest may be made in another realm, whose Object is not this one's.
    if (prototype !== null && prototype.constructor?.name !== 'Object')
      throw this.invalid(path, `is a ${String(prototype.constructor?.name)}, not plain data`);
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => [key, this.json(item, [...path, key])]));
  }

  private invalid(path: Path, what: string): Error {
    return fail('DPONE_MANIFEST_INVALID', `${path.length === 0 ? 'the default export' : pathText(path)} ${what}`, {
      where: this.file,
    });
  }
}
