import { escapeHtml } from '../util/escape-html.js';
import { cellText, type Page, type Section } from './view.js';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #ff7b72; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
.verdict { display: inline-block; padding: .1rem .8rem; border-radius: 1rem; border: 2px solid; font-weight: 600; }
.pass { color: var(--good); } .fail { color: var(--bad); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; } dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word; }
th { white-space: nowrap; } .hash { font-size: .75em; word-break: break-all; }
pre { overflow-x: auto; padding: .8rem; border: 1px solid var(--line); border-radius: .4rem; }
`;

function value(given: unknown): string {
  const text = escapeHtml(cellText(given));
  if (/^[0-9a-f]{64}$/.test(text)) return `<code class="hash">${text}</code>`;
  return typeof given === 'boolean' ? `<span class="${given ? 'pass' : 'fail'}">${text}</span>` : text;
}

function body(section: Section): string {
  if ('head' in section) {
    if (section.rows.length === 0) return '<p>Nothing to list.</p>';
    const head = section.head.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
    const rows = section.rows.map((row) => `<tr>${row.map((cell) => `<td>${value(cell)}</td>`).join('')}</tr>`);
    return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table></div>`;
  }
  if ('list' in section) return `<ul>${section.list.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
  if ('steps' in section) return `<ol>${section.steps.map((step) => `<li>${escapeHtml(step)}</li>`).join('')}</ol>`;
  if ('code' in section) return `<pre><code>${escapeHtml(section.code)}</code></pre>`;
  return `<p>${escapeHtml(section.text)}</p>`;
}

/** A page as one HTML file that needs no other: no script, no request. */
export function pageHtml(page: Page, passed: boolean): string {
  const facts = page.facts.map(([label, fact]) => `<dt>${escapeHtml(label)}</dt><dd>${value(fact)}</dd>`).join('\n');
  const sections = page.sections.map(
    (section) =>
      `<section>${section.heading === undefined ? '' : `<h2>${escapeHtml(section.heading)}</h2>`}\n${body(section)}\n</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(page.title)}: ${passed ? 'passed' : 'not passed'}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(page.title)}</h1>
<p><span class="verdict ${passed ? 'pass' : 'fail'}">${passed ? 'passed' : 'not passed'}</span></p>
<dl>
${facts}
</dl>
${sections.join('\n')}
</body>
</html>
`;
}
