// Checks against the files of ../schemas.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';

/** A function that throws unless `value` is what the definition of that name says. */
export function checker(file) {
  const schema = JSON.parse(readFileSync(new URL(`../schemas/${file}`, import.meta.url), 'utf8'));
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
  ajv.addSchema(schema);
  return (name, value) => {
    const holds = ajv.getSchema(`${schema.$id}#/definitions/${name}`);
    if (holds(value)) return;
    throw new Error(`no ${name}: ${ajv.errorsText(holds.errors)}\n${JSON.stringify(value)}`);
  };
}
