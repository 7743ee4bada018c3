import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const docs = fileURLToPath(new URL('..', import.meta.url));

const titleOf = (path) => /^# (.+)$/m.exec(readFileSync(`${docs}${path}.md`, 'utf8'))?.[1] ?? path;
const page = (path) => ({ text: titleOf(path), link: `/${path}` });

/** The pages of a folder by name, its index first. */
function pagesOf(folder) {
  if (!existsSync(`${docs}${folder}`)) return [];
  return readdirSync(`${docs}${folder}`)
    .filter((name) => name.endsWith('.md'))
    .sort((a, b) => Number(b === 'index.md') - Number(a === 'index.md') || (a < b ? -1 : 1))
    .map((name) => page(`${folder}/${name.slice(0, -'.md'.length)}`));
}

const guides = [
  'getting-started',
  'first-manifest',
  'postgres',
  'clickhouse',
  's3',
  'kafka',
  'mssql',
  'backfill',
  'operators',
  'release',
  'certification',
  'connector-author',
  'migration',
];

export default defineConfig({
  title: 'dpone',
  description: 'Moves data between files and databases, and proves what it did.',
  cleanUrls: true,
  srcExclude: ['tour/out/**'],
  rewrites: { 'tour/README.md': 'tour/index.md' },
  // The generator copies pages only; these are linked from the reference, and from the specification of the protocol.
  buildEnd({ outDir }) {
    const copy = (from, to) => {
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(from, to);
    };
    for (const name of ['manifest.schema.json', 'catalog.json'])
      copy(`${docs}reference/${name}`, `${outDir}/reference/${name}`);
    const protocol = readFileSync(`${docs}specs/load-protocol.md`, 'utf8');
    for (const [, path] of protocol.matchAll(/\]\(\.\.\/\.\.\/([^)]+)\)/g))
      copy(`${docs}../${path}`, `${outDir}/${path}`);
  },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guides', link: '/guides/getting-started' },
      { text: 'Concepts', link: '/concepts/load-protocol' },
      { text: 'Reference', link: '/reference/' },
    ],
    sidebar: [
      {
        text: 'Guides',
        items: [...guides.map((name) => page(`guides/${name}`)), { text: 'The tour', link: '/tour/' }],
      },
      { text: 'Concepts', items: pagesOf('concepts') },
      { text: 'Reference', items: [...pagesOf('reference'), ...pagesOf('reference/connectors')] },
      { text: 'Gates', collapsed: true, items: pagesOf('reference/gates') },
      { text: 'Specifications', items: pagesOf('specs') },
      { text: 'Benchmarks', items: pagesOf('benchmarks') },
      { text: 'Decisions', collapsed: true, items: pagesOf('adr') },
    ],
  },
});
