// The table of tests/plugins/bad: which plugin has which fault, and a directory to load them from.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { binary, pluginDirectory, root } from './sluice.js';

const sources = path.join(root, 'tests/plugins/bad');
const built = path.join(path.dirname(binary), 'test-plugins/bad');

/** {name, check, says, also, host} of each. */
export const faults = Object.entries(
  JSON.parse(readFileSync(path.join(sources, 'faults.json'), 'utf8')),
).map(([name, fault]) => ({ name, ...fault }));

export const sourceNames = readdirSync(sources)
  .filter((file) => file.endsWith('.c'))
  .map((file) => file.slice(0, -2));

/** The kind of a plugin's component, by the header that its source is made with. */
export function kindOf(name) {
  const source = readFileSync(path.join(sources, `${name}.c`), 'utf8');
  if (source.includes('SLUICE_KIND_CONTEXT')) return 'context';
  return /"(codec|raw)\.h"/.test(source)
    ? 'codec'
    : /"(direct|thread)\.h"/.test(source)
      ? 'direct'
      : 'strategy';
}

/** A directory with the sound plugins and the faulty ones of those names. */
export function directoryWith(stage, names) {
  const directory = mkdtempSync(path.join(tmpdir(), 'sluice-e2e-bad-'));
  stage.keep(directory, () => rmSync(directory, { recursive: true, force: true }));
  for (const name of ['demo', 'openai', 'priority']) {
    copyFileSync(path.join(pluginDirectory, `${name}.so`), path.join(directory, `${name}.so`));
  }
  for (const name of names) {
    copyFileSync(path.join(built, `${name}.so`), path.join(directory, `${name}.so`));
  }
  return directory;
}
