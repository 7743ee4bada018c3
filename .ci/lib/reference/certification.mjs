import { existsSync, readFileSync } from 'node:fs';
import { fromRoot } from '../root.mjs';
import { code, page, table } from './markdown.mjs';

/** What the last certification of the matrix came to; `npm run certify:page` writes it. */
const MEASURED = 'docs/certification/matrix.json';

const read = () => (existsSync(fromRoot(MEASURED)) ? JSON.parse(readFileSync(fromRoot(MEASURED), 'utf8')) : null);

const bothWays = (cases, id, other) => [
  code(other),
  strategies(cases.filter(({ source, sink }) => source === id && sink === other)),
  strategies(cases.filter(({ source, sink }) => source === other && sink === id)),
];

const strategies = (cases) =>
  cases.length === 0
    ? '-'
    : cases.map(({ strategy, passed }) => `${code(strategy)}${passed ? '' : ' (**red**)'}`).join(', ');

/** The badge of a connector, and the loads that it stands on. */
export function certificationPart(id) {
  const measured = read();
  const own = measured?.cases.filter(({ source, sink }) => source === id || sink === id) ?? [];
  if (own.length === 0)
    return page(
      '## Certification',
      'Badge: **not measured**. No server for it was there when the matrix was last loaded.',
    );
  const green = own.filter(({ passed }) => passed).length;
  const badge = green === own.length ? 'certified' : 'regression';
  const others = [...new Set(own.flatMap(({ source, sink }) => [source, sink]))].sort();
  return page(
    '## Certification',
    `Badge: **${badge}**. ${green} of ${own.length} cases of real loads are green (mode \`${measured.run_mode}\`, ${measured.configured_row_count} rows a case): after each load every value was read back by the system's own client and compared with a model. [Certification](../../guides/certification.md) says how.`,
    table(
      ['with', 'from here into it', 'from it into here'],
      others.map((other) => bothWays(own, id, other)),
    ),
  );
}
