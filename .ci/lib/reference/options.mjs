import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { fromRoot } from '../root.mjs';
import { code, page, table } from './markdown.mjs';

const fromSdk = createRequire(fromRoot('core/sdk/package.json'));
const { z } = await import(pathToFileURL(fromSdk.resolve('zod')).href);

/** The JSON Schema of what a user may write for a zod schema. */
export const jsonSchemaOf = (schema) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

function typeOf(schema) {
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => code(value)).join(', ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return [...new Set(choices.map(typeOf))].join(' or ');
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'values' : typeOf(schema.items)}`;
  if (schema.type === 'object' && schema.properties === undefined) return 'map';
  return Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'any');
}

/** The fields of a value that is a map, or of the map that it may be instead of a text. */
const fieldsOf = (schema) => (schema.properties ? schema : (schema.anyOf?.find(({ properties }) => properties) ?? {}));

/** One row an option: its path, type, default and description; options of a nested object follow it. */
function rows(schema, prefix = '') {
  const { properties = {}, required: names = [] } = fieldsOf(schema);
  const required = new Set(names);
  return Object.entries(properties).flatMap(([name, property]) => {
    const path = `${prefix}${name}`;
    const standard =
      property.default !== undefined ? code(JSON.stringify(property.default)) : required.has(name) ? 'required' : '-';
    const own = [code(path), typeOf(property), standard, property.description ?? ''];
    return [own, ...rows(property, `${path}.`)];
  });
}

export const optionsTable = (schema) =>
  table(['option', 'type', 'default', 'what it does'], rows(jsonSchemaOf(schema)));

/** How a system is reached: as one text, and as a map. */
export function connectionTable(schema) {
  const whole = jsonSchemaOf(schema);
  const text = whole.anyOf?.find(({ type }) => type === 'string');
  const fields = table(['value', 'type', 'default', 'what it does'], rows(whole));
  return text === undefined ? fields : page(`**One text.** ${text.description}`, '**Or a map:**', fields);
}
