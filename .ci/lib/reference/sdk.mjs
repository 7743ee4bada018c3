import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromRoot } from '../root.mjs';
import { header, page } from './markdown.mjs';

const DIST = fromRoot('core/sdk/dist');

function declarationFiles(folder = '') {
  return readdirSync(join(DIST, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return declarationFiles(path);
      return entry.name.endsWith('.d.ts') && entry.name !== 'index.d.ts' ? [path] : [];
    })
    .sort();
}

/** The sentence of a TSDoc comment: its text, then its tags as short paragraphs. */
function docText(comment) {
  return comment
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .replaceAll(/\{@link (\w+)\}/g, '`$1`')
    .replaceAll(/^@example\s*(.*)$/gm, '\n```ts\n$1\n```')
    .replaceAll(/^@(\w+)\s*/gm, '\n*$1*: ')
    .trim();
}

/** The exported declarations of a .d.ts file with the comment before each. tsc formats it, so a statement ends at column 0. */
function declarations(text) {
  const found = [];
  let comment = '';
  let statement = '';
  for (const line of text.split('\n')) {
    if (statement === '' && (line.startsWith('/**') || (comment !== '' && !comment.trimEnd().endsWith('*/')))) {
      comment = line.startsWith('/**') ? line : `${comment}\n${line}`;
      continue;
    }
    if (statement === '' && !line.startsWith('export ')) {
      comment = '';
      continue;
    }
    statement += `${line}\n`;
    const open = (statement.match(/[{([]/g) ?? []).length - (statement.match(/[})\]]/g) ?? []).length;
    const ends = /^export (?:declare )?(?:abstract )?(?:interface|class)/.test(statement) ? /\}$/ : /;$/;
    if (open > 0 || !ends.test(line)) continue;
    const name = /^export (?:declare )?(?:const|function|interface|type|class) (\w+)/.exec(statement)?.[1];
    if (name !== undefined) found.push({ name, comment, statement: statement.trim() });
    comment = '';
    statement = '';
  }
  return found;
}

/** docs/reference/sdk.md: the contracts as they are published. */
export function sdkPages() {
  const sections = declarationFiles().map((file) => {
    const parts = declarations(readFileSync(join(DIST, file), 'utf8'))
      // Overloads and the error table itself, which has its own page, are not repeated.
      .filter(({ name }) => name !== 'ERRORS')
      .map(({ name, comment, statement }) =>
        page(`### ${name}`, docText(comment), `\`\`\`ts\n${statement.replace(/^export (?:declare )?/, '')}\n\`\`\``),
      );
    return parts.length === 0 ? '' : page(`## ${file.replace(/\.d\.ts$/, '')}`, ...parts);
  });
  const text = page(
    header('SDK', 'the comments in core/sdk/src'),
    'What a plugin imports from `@dpone/sdk`. The [connector author’s guide](../guides/connector-author.md) says how the parts fit together.',
    ...sections,
  );
  return [['docs/reference/sdk.md', text]];
}
