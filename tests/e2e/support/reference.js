// The reference of docs/configuration.md, written from the schema: one table a section.
//   node support/reference.js     writes it into the file
import { readFileSync, writeFileSync } from 'node:fs';

const schemaFile = new URL('../../../config/sluice.schema.json', import.meta.url);
const docsFile = new URL('../../../docs/configuration.md', import.meta.url);
const begin = '<!-- reference: begin -->\n';
const end = '<!-- reference: end -->';

const isVariable = (schema) => schema.$ref === '#/definitions/variable';

// The part of a schema that is not about variables and emptiness.
function plain(schema) {
  const choices = (schema.anyOf ?? schema.oneOf ?? []).filter(
    (one) => !isVariable(one) && one.type !== 'null',
  );
  return choices.length === 0 ? schema : { ...schema, ...choices[0], choices };
}

function typeOf(schema) {
  const one = plain(schema);
  if (one.enum) return one.enum.filter((value) => value !== null).map((value) => `\`${value}\``).join(', ');
  const types = [one.type].flat().filter((type) => type && type !== 'null');
  const type = types[0] ?? (one.properties ? 'object' : 'any');
  const names = { array: 'list', object: 'map', string: 'text', integer: 'number', boolean: 'yes or no' };
  let text = names[type] ?? type;
  if (type === 'integer' && one.minimum !== undefined) text += `, ${one.minimum} to ${one.maximum}`;
  return text;
}

function defaultOf(schema) {
  if (schema.default === undefined) return '';
  return `\`${JSON.stringify(schema.default)}\``;
}

const cell = (text) => String(text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ');

// Sections are tables; keys below a key are written with a dot.
function rowsOf(schema, path) {
  const rows = [];
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    const key = path === '' ? name : `${path}.${name}`;
    const one = plain(part);
    rows.push([key, typeOf(part), defaultOf(part), part.description]);
    rows.push(...rowsOf(one, key));
    const below = one.additionalProperties;
    if (below && typeof below === 'object') rows.push(...rowsOf(plain(below), `${key}.<name>`));
    const items = one.items && plain(one.items);
    const item = items && [items, ...(items.choices ?? [])].find((choice) => choice.properties);
    if (item) rows.push(...rowsOf(item, `${key}[]`));
  }
  return rows;
}

export function reference() {
  const schema = JSON.parse(readFileSync(schemaFile, 'utf8'));
  let text = '| key | value | default | |\n| --- | --- | --- | --- |\n';
  for (const [key, type, usual, description] of rowsOf(schema, '')) {
    text += `| \`${cell(key)}\` | ${cell(type)} | ${cell(usual)} | ${cell(description)} |\n`;
  }
  return text;
}

// The reference as it stands in the file.
export function written() {
  const text = readFileSync(docsFile, 'utf8');
  return text.slice(text.indexOf(begin) + begin.length, text.indexOf(end));
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split('/').pop())) {
  const text = readFileSync(docsFile, 'utf8');
  const at = text.indexOf(begin) + begin.length;
  writeFileSync(docsFile, text.slice(0, at) + reference() + text.slice(text.indexOf(end)));
}
