import { mapScalars, pathText, place, type Node, type Path, type ScalarNode } from './read/node.js';
import type { ManifestIssue } from './issue.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `$${` is a plain `${`; `${NAME}` and `${NAME:-default}` are references; any other `${` is a mistake. */
const TOKEN = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g;

/** The variables that a text refers to. */
export function variablesOf(text: string): { readonly name: string; readonly hasDefault: boolean }[] {
  return [...text.matchAll(TOKEN)].flatMap((m) =>
    m[1] === undefined ? [] : [{ name: m[1], hasDefault: m[2] !== undefined }],
  );
}

/** Replaces the references of a text; `problem` is told of each that cannot be. An empty variable counts as unset only where a default is given, as in a shell. */
export function resolveText(text: string, env: Environment, problem: (what: string) => void): string {
  return text.replace(TOKEN, (token, name: string | undefined, fallback: string | undefined) => {
    if (token === '$${') return '${';
    if (name === undefined) {
      problem('"${" begins no reference to a variable; write ${NAME}, ${NAME:-default}, or $${ for the two characters');
      return token;
    }
    const value = env[name];
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
    if (value === undefined) problem(`the environment variable ${name} is not set`);
    return value ?? '';
  });
}

/** Values under these keys stay text whatever a variable holds: a password of digits is no number. */
const isConnection = (path: Path): boolean => path.some((step) => step === 'connection' || step === 'connection_id');

/** What YAML would make of a bare word. */
function typed(text: string): ScalarNode['value'] {
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (/^[-+]?(0|[1-9]\d*)(\.\d+)?$/.test(text) && Number.isSafeInteger(Math.trunc(Number(text)))) return Number(text);
  return text;
}

/** The tree with every reference resolved; the variables that are not set are reported with their place. */
export function resolveReferences(
  root: Node,
  env: Environment,
  report: (issue: ManifestIssue) => void,
  skip: (path: Path) => boolean = () => false,
): Node {
  return mapScalars(root, (scalar, path) => {
    if (typeof scalar.value !== 'string' || !scalar.value.includes('${') || skip(path)) return scalar;
    const text = resolveText(scalar.value, env, (what) =>
      report({
        code: 'DPONE_MANIFEST_VARIABLE',
        message: `${pathText(path)}: ${what}`,
        place: place(scalar.origin),
        path: pathText(path),
      }),
    );
    const lone = /^\$\{[^}]*\}$/.test(scalar.value);
    const value = lone && scalar.plain && !isConnection(path) ? typed(text) : text;
    return { ...scalar, value, template: scalar.value };
  });
}
