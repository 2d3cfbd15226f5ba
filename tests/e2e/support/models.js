// Lists of models, checked against our schemas of the forms in which clients read them.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';

const schema = JSON.parse(readFileSync(new URL('../schemas/models.json', import.meta.url), 'utf8'));
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
ajv.addSchema(schema);

/** Throws unless `value` is a `name` of the schema; gives it back. */
export function checked(name, value) {
  const checker = ajv.getSchema(`${schema.$id}#/definitions/${name}`);
  if (checker(value)) return value;
  throw new Error(`no ${name}: ${ajv.errorsText(checker.errors)}\n${JSON.stringify(value)}`);
}
