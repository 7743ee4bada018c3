import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EXTENSION_KINDS, hasBrand, type ExtensionKind, type Plugin, type PluginHost } from '@dpone/sdk';
import { alienCopy } from '@dpone/testkit';
import { expect } from 'chai';
import { z } from 'zod';
import { packages, root } from './packages.js';

type Definition = Readonly<Record<string, unknown>>;

/** What a plugin registers, by `kind:id`. */
async function registered(plugin: Plugin): Promise<Map<string, Definition>> {
  const found = new Map<string, Definition>();
  const host = Object.fromEntries(
    EXTENSION_KINDS.map((kind) => [
      kind,
      (id: string, definition: Definition) => void found.set(`${kind}:${id}`, definition),
    ]),
  );
  await plugin.register({ apiVersion: 1, ...host } as unknown as PluginHost);
  return found;
}

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** Paths of options without a description, at any depth. */
export function undescribed(schema: JsonSchema, at: string): string[] {
  const inner = [schema.items, ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].filter(
    (s) => s !== undefined,
  );
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
      ...(property.description ? [] : [`${at}.${name}`]),
      ...undescribed(property, `${at}.${name}`),
    ]),
    ...inner.flatMap((s) => undescribed(s, at)),
  ];
}

describe('plugins', () => {
  for (const pkg of packages.filter((p) => p.manifest.dpone !== undefined))
    it(`${pkg.folder} provides what its package.json says, with every option described`, async () => {
      const { provides, extensions } = pkg.manifest.dpone!;
      const module = (await import(pathToFileURL(join(root, pkg.folder, extensions)).href)) as {
        readonly default: Plugin;
      };
      expect(hasBrand(module.default, 'plugin')).to.equal(true);
      const found = await registered(module.default);
      expect([...found.keys()].sort()).to.eql([...provides].sort());
      for (const [id, definition] of found)
        for (const part of ['options', 'connection', 'input']) {
          const schema = definition[part] as z.ZodType | null | undefined;
          if (schema === undefined || schema === null) continue;
          const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
          expect(undescribed(json, `${id} ${part}`)).to.eql([]);
        }
    });

  // Those of plugins/ are loaded so in test/compatibility, all in one project.
  for (const pkg of packages.filter(({ room }) => room === 'templates'))
    it(`${pkg.folder} is understood with a copy of the SDK of its own`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'dpone-alien-'));
      try {
        const plugin = await alienCopy(join(root, pkg.folder), folder);
        expect(hasBrand(plugin, 'plugin')).to.equal(true);
        for (const [id, definition] of await registered(plugin))
          expect(hasBrand(definition, id.split(':')[0] as ExtensionKind), id).to.equal(true);
      } finally {
        await rm(folder, { recursive: true });
      }
    });

  it('have their options in their README as the code says them, and in no other table', () => {
    for (const pkg of packages.filter(({ room }) => room === 'plugins')) {
      const text = readFileSync(join(root, pkg.folder, 'README.md'), 'utf8');
      const written = text.replace(/<!-- options: generated[^]*<!-- \/options -->/, '');
      expect(/^\| *(option|key|value|flag) .*\| *(default|type)/m.exec(written)?.[0] ?? '', pkg.folder).to.equal('');
    }
  });

  it('would see an option without a description', () => {
    const schema = z.object({ a: z.string().describe('x'), b: z.object({ c: z.string() }).describe('y') });
    expect(undescribed(z.toJSONSchema(schema) as JsonSchema, 'o')).to.eql(['o.b.c']);
  });
});
