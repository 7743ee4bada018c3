import { manifestJsonSchema } from './json-schema.js';

interface Part {
  readonly type?: string;
  readonly const?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Part>>;
  readonly additionalProperties?: Part | boolean;
  readonly items?: Part;
  readonly anyOf?: readonly Part[];
  readonly pattern?: string;
  readonly ignored?: boolean;
  readonly $ref?: string;
}

interface Row {
  readonly key: string;
  readonly part: Part;
  readonly required: boolean;
}

const HEAD = `<!-- Generated from core/engine/src/manifest/schema. Edit the schema and run \`npm run generate\`. -->

# Manifest reference

A manifest says what is loaded from where to where. It is YAML 1.2, JSON, or a TypeScript or JavaScript module whose
default export is the manifest. A key that is not listed here is an error that names the nearest known key.

Anywhere in a text, \`\${NAME}\` stands for an environment variable and \`\${NAME:-value}\` gives a default; \`$\${\` is the two
characters themselves. A value that is one such reference without quotes is typed as YAML would type it; under
\`connection\` it is always text. \`on\`, \`off\`, \`yes\` and \`no\` are understood where true or false is meant.

In the batch form, texts are templates: \`{{ src_table }}\`, with the filters of Jinja and \`dpone_snake\`, \`dpone_ident\`.
An undefined variable is an error. A value that is one \`{{ expression }}\` keeps the expression's type.
`;

/** The page docs/reference/manifest.md: every key of both forms with type, default and meaning, made of the schema that reads manifests. */
export function manifestReference(): string {
  const schema = manifestJsonSchema() as unknown as { oneOf: readonly [single: Part, batch: Part] };
  const [single, batch] = schema.oneOf;
  return [
    HEAD,
    '## Single form: one process\n',
    ...new Tables().of(single, '', 2),
    '## Batch form: many tables\n',
    'Merged, the weakest first: registry, convention, `defaults`, `defaults` of the schema, `overrides` of the table. Maps merge deep,',
    'lists are replaced, except `depends_on` and `transforms`, which grow. A table is selected by its `id`, or `<schema>.<table>`.\n',
    ...new Tables().of(batch, '', 2),
  ].join('\n');
}

/** A table of an object's keys, then those of the objects in it; keys that stand elsewhere already are pointed to. */
class Tables {
  private readonly shown = new Map<string, string>();

  of(part: Part, path: string, depth: number): string[] {
    const object = objectOf(part);
    if (object?.properties === undefined) return [];
    const heading = path === '' ? [] : [`${'#'.repeat(Math.min(depth, 6))} \`${path}\`\n`];
    const content = JSON.stringify(object.properties);
    const elsewhere = this.shown.get(content);
    if (elsewhere !== undefined) return [...heading, `The same keys as \`${elsewhere}\`.\n`];
    this.shown.set(content, path);
    const rows = Object.entries(object.properties).map(([key, inner]): Row => ({
      key,
      part: inner,
      required: object.required?.includes(key) ?? false,
    }));
    const acted = rows.filter((row) => row.part.ignored !== true);
    const ignored = rows.filter((row) => row.part.ignored === true).map((row) => `\`${row.key}\``);
    return [
      ...heading,
      ...(acted.length === 0
        ? []
        : ['| key | type | default | meaning |', '|---|---|---|---|', ...acted.map(line), '']),
      ...(ignored.length === 0
        ? []
        : [`Accepted, not acted on by this version, and reported as such: ${ignored.join(', ')}.\n`]),
      ...acted.flatMap((row) => this.of(row.part, nested(path, row.key, row.part), depth + 1)),
    ];
  }
}

/** The object in a part: itself, one of its alternatives, what its list or its map holds. */
function objectOf(part: Part): Part | undefined {
  if (part.properties !== undefined) return part;
  for (const inner of [...(part.anyOf ?? []), part.items, part.additionalProperties]) {
    const found = typeof inner === 'object' ? objectOf(inner) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function nested(path: string, key: string, part: Part): string {
  const base = path === '' ? key : `${path}.${key}`;
  if (part.properties !== undefined || (part.anyOf ?? []).some((one) => one.properties !== undefined)) return base;
  return typeof part.additionalProperties === 'object' ? `${base}.<name>` : `${base}[]`;
}

function line({ key, part, required }: Row): string {
  const value = part.default;
  const shown =
    value === undefined || (typeof value === 'object' && value !== null)
      ? ''
      : `\`${JSON.stringify(value).replace(/^"|"$/g, '')}\``;
  return `| \`${key}\` | ${typeText(part)} | ${required ? '**required**' : shown} | ${escape(part.description ?? '')} |`;
}

function typeText(part: Part): string {
  return [...new Set(types(part))].join(' or ') || 'any';
}

function types(part: Part): string[] {
  if (part.pattern === '\\$\\{|\\{\\{') return [];
  if (part.$ref !== undefined) return ['map'];
  if (part.anyOf !== undefined) return part.anyOf.flatMap(types);
  if (part.const !== undefined) return [`\`${part.const}\``];
  if (part.enum !== undefined)
    return part.enum.join() === 'on,off,yes,no' ? [] : [part.enum.map((word) => `\`${String(word)}\``).join(', ')];
  if (part.type === 'array') return [listText(typeText(part.items ?? {}))];
  return part.type === undefined ? [] : [{ string: 'text', object: 'map' }[part.type] ?? part.type];
}

const listText = (items: string): string => (items.includes(' or ') ? `list of (${items})` : `list of ${items}`);

const escape = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
