import { fail } from '@dpone/sdk';
import nunjucks from 'nunjucks';
import { identifier, snake } from './identifiers.js';
import { LIMITS } from './read/limits.js';
import { lookup } from './template-lookup.js';
import { asksForAbsent, assertStrict } from './template-strict.js';

export type TemplateContext = Readonly<Record<string, unknown>>;

type RootFunction = (environment: unknown, scope: unknown, frame: unknown, runtime: unknown, done: unknown) => unknown;
/** The part of a compiled template that is used; the library's published types leave it out. */
interface CompiledTemplate {
  rootRenderFunc: RootFunction;
  render(context: object): string;
}

/** Jinja's literals, which the library spells in lower case only. */
const LITERALS = { None: null, True: true, False: false } as const;
/** Filters that are there for what is undefined. */
const TAKES_UNDEFINED = new Set(['default', 'd']);

/** Renders the templates of batch manifests. An undefined variable is an error wherever it is used, not only where it would be printed. */
export class TemplateRenderer {
  private readonly environment = new nunjucks.Environment(null, { autoescape: false, throwOnUndefined: true });
  private captured: unknown;

  constructor() {
    this.refuseUndefined();
    this.environment.addFilter('dpone_snake', defined('dpone_snake', snake));
    this.environment.addFilter('dpone_ident', defined('dpone_ident', identifier));
    this.environment.addFilter('__dpone_capture', (value: unknown) => {
      this.captured = value;
      return '';
    });
    for (const [name, value] of Object.entries(LITERALS)) this.environment.addGlobal(name, value);
  }

  static isTemplate(text: string): boolean {
    return /\{\{|\{%|\{#/.test(text);
  }

  /** A text that is one `{{ expression }}` gives the expression's value, of whatever type; any other gives text. */
  render(text: string, context: TemplateContext, where: string): unknown {
    if (!TemplateRenderer.isTemplate(text)) return text;
    const expression = loneExpression(text);
    try {
      const globals = new Set([...Object.keys(context), ...Object.keys(LITERALS), 'range', 'cycler', 'joiner']);
      const source = expression === undefined ? text : `{{ (${expression}) | __dpone_capture }}`;
      assertStrict(source, globals);
      const rendered = this.run(source, context);
      if (expression !== undefined) return this.taken();
      if (rendered.length > LIMITS.rendered) throw new Error('the result is too long');
      return rendered;
    } catch (error) {
      throw fail(
        'DPONE_MANIFEST_TEMPLATE',
        `the template ${JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text)} cannot be rendered: ${reason(error)}`,
        {
          where,
        },
      );
    }
  }

  /** As the library renders, with our own look-up of members. */
  private run(source: string, context: TemplateContext): string {
    const template = new nunjucks.Template(source, this.environment, undefined, true) as unknown as CompiledTemplate;
    const { rootRenderFunc } = template;
    const memberLookup = asksForAbsent(source) ? lookup : present;
    template.rootRenderFunc = (environment, scope, frame, runtime, done) =>
      rootRenderFunc(environment, scope, frame, { ...(runtime as object), memberLookup }, done);
    return template.render(context);
  }

  private taken(): unknown {
    const value = this.captured;
    this.captured = undefined;
    if (value === undefined) throw new Error('its value is undefined');
    // A filter may hand back the library's own text object.
    return typeof value === 'object' && value !== null && 'val' in value && 'length' in value ? value.val : value;
  }

  private refuseUndefined(): void {
    const { filters } = this.environment as unknown as { filters: Record<string, (...args: unknown[]) => unknown> };
    for (const [name, filter] of Object.entries(filters))
      if (!TAKES_UNDEFINED.has(name)) filters[name] = defined(name, filter);
  }
}

function defined(name: string, filter: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
  return function (this: unknown, ...args: unknown[]): unknown {
    if (args[0] === undefined) throw new Error(`the filter ${name} is given an undefined value`);
    return filter.apply(this, args);
  };
}

function present(target: unknown, member: unknown): unknown {
  const value = lookup(target, member);
  if (value === undefined) throw new Error(`there is no ${String(member)} in the value it is looked up in`);
  return value;
}

/** The expression of a text that is one `{{ }}` and nothing else. */
function loneExpression(text: string): string | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{{') || !trimmed.endsWith('}}')) return undefined;
  const inside = trimmed.slice(2, -2);
  if (inside.includes('{{') || inside.includes('}}') || inside.includes('{%')) return undefined;
  return inside.replace(/^-|-$/g, '').trim();
}

/** The library puts its own name, position and an `Error:` before each message. */
function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const lines = message.split('\n').map((line) => line.trim().replace(/^(\w*Error: )+/, ''));
  return lines.filter((line) => line !== '' && !line.startsWith('(unknown path)')).join(' ') || 'its syntax is wrong';
}
