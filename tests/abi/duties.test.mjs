// The reader of docs/abi.md sees what is wrong with a page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dutiesIn, faultsOfPage } from './duties.mjs';
import { placesIn } from './header.mjs';

const source = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(path.join(source, 'docs/abi.md'), 'utf8');
const include = placesIn(source).today;

/** Everything that the page names, so that only what a test changes is wrong. */
const named = (kind) => new Set([...page.matchAll(new RegExp(`${kind} \`([^\`]+)\``, 'g'))].map(([, name]) => name));
const known = Object.fromEntries(['check', 'ctest', 'test', 'e2e'].map((kind) => [kind, named(kind)]));

function faultsWith(from, to) {
  assert.ok(page.includes(from), `the page has no ${from}`);
  return faultsOfPage(page.replaceAll(from, to), known, include);
}

test('duties are read with all that enforces them', () => {
  const [first] = dutiesIn(page);
  assert.equal(first.id, 'P1');
  assert.match(first.duty, /exports `sluice_plugin_entry\(\)`/);
  assert.deepEqual(first.enforcers.slice(0, 2), ['check `library.exports`', 'ctest `abi_exports`']);
  assert.deepEqual(faultsOfPage(page, known, include), []);
});

test('a check, an entry of ctest, a case or a file that does not exist is a fault', () => {
  assert.deepEqual(faultsWith('check `codec.garbage`', 'check `codec.rubbish`').sort(), [
    'P25: there is no check `codec.rubbish`',
    'P47: there is no check `codec.rubbish`',
    'no duty is enforced by check codec.garbage',
  ]);
  assert.deepEqual(faultsWith('`abi_frozen`;', '`abi_thawed`;'), ['H16: there is no ctest `abi_thawed`']);
  assert.deepEqual(faultsWith('`Schema.SaysWhyItCannotBeUsed`', '`Schema.Sings`'), [
    'P8: there is no test `Schema.Sings`',
  ]);
  assert.deepEqual(faultsWith('`same_bytes.test.js`', '`same.test.js`'), ['H6: there is no e2e `same.test.js`']);
});

test('another version than that of the header is a fault', () => {
  assert.match(faultsWith('It is now version **', 'It is now version **7.')[0], /the page does not say/);
});

test('a gap in the numbers is a fault', () => {
  assert.match(faultsWith('**P3**', '**P99**')[0], /P99 stands where P3 should/);
});

test('a duty without an enforcer, or with one that is nothing, is a fault', () => {
  assert.deepEqual(faultsWith('  Enforced by: check `component.secrets-marked`\n', ''), [
    'P9 does not say what enforces it',
    'no duty is enforced by check component.secrets-marked',
  ]);
  assert.deepEqual(faultsWith('not enforced: nothing reads them yet', 'good will'), [
    'P21: what is "good will"?',
  ]);
});

test('a function or a table of the header without a duty is a fault', () => {
  assert.deepEqual(faultsWith('`codec.close()`', 'that'), ['no duty names `codec.close()`']);
  assert.deepEqual(faultsWith('`sluice.memory/1`', 'memory'), ['no duty names `sluice.memory/1`']);
});
