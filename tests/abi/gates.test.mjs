// The gates let pass what the promise allows and stop what it forbids.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { faultsOf } from './gates.mjs';
import { headerIn, layoutOf, placesIn, serves } from './header.mjs';

const source = fileURLToPath(new URL('../..', import.meta.url));
const names = ['frozen', 'grown', 'layout', 'changelog'];

/** What the gates look at as it was when 0.1 was released, for one test to change. */
function tree(context) {
  const root = mkdtempSync(path.join(os.tmpdir(), 'sluice-gates-'));
  context.after(() => rmSync(root, { recursive: true }));
  const [from, to] = [placesIn(source), placesIn(root)];
  const first = path.join(from.released, '0.1');
  cpSync(headerIn(first), headerIn(to.today));
  cpSync(first, path.join(to.released, '0.1'), { recursive: true });
  cpSync(from.changelog, to.changelog);
  const edit = (file) => (what, by) => {
    const text = readFileSync(file, 'utf8');
    assert.ok(text.includes(what), `${file} has no ${what}`);
    writeFileSync(file, text.replace(what, by));
  };
  return {
    ...to,
    header: edit(headerIn(to.today)),
    log: edit(to.changelog),
    failing: () => names.filter((name) => faultsOf(name, root).length > 0),
    faults: (gate) => faultsOf(gate, root),
    /** Both headers, and what was released, as if this were 1.0. */
    makeOne() {
      const release = path.join(to.released, '1.0');
      this.header('MAJOR 0u', 'MAJOR 1u');
      this.header('MINOR 1u', 'MINOR 0u');
      this.log('## ', '## 1.0.0\nPlugin ABI 1.0:\n\n- frozen\n\n## ');
      cpSync(headerIn(to.today), headerIn(release));
      writeFileSync(path.join(release, 'layout.c'), layoutOf(release));
    },
    makeOneDotOne() {
      this.makeOne();
      this.header('MINOR 0u', 'MINOR 1u');
      this.log('## ', '## 1.1.0\nPlugin ABI 1.1:\n\n- more\n\n## ');
    },
  };
}

const lastOfCodec = 'void (*close)(void* decoder);\n} sluice_codec;';

test('a comment may change', (context) => {
  const now = tree(context);
  now.header('/* One frame. event:', '/* One single frame. event:');
  now.header('/* Always, also after a failure or when the client left.', '/* Always.');
  assert.deepEqual(now.failing(), []);
});

test('a released version may not grow, and the fault tells what to do', (context) => {
  const now = tree(context);
  now.header(lastOfCodec, 'void (*close)(void* decoder);\n  void (*more)(void* decoder);\n} sluice_codec;');
  const [fault] = now.faults('frozen');
  assert.match(fault, /says that it is 0\.1, but is not the header that was released as 0\.1/);
  assert.match(fault, /the first other line: void \(\*more\)/);
  assert.match(fault, /run node tests\/abi\/release\.mjs/);
});

test('a released version may not lose its end', (context) => {
  const now = tree(context);
  now.header('SLUICE_EXPORT const sluice_library* sluice_plugin_entry(uint32_t host_abi);\n', '');
  assert.ok(now.failing().includes('frozen'));
});

test('while the major is 0, a new minor may change anything, with an entry', (context) => {
  const now = tree(context);
  now.header('MINOR 1u', 'MINOR 9u');
  now.header('size_t len;', 'uint32_t len, capacity;');
  assert.deepEqual(now.failing(), ['changelog']);
  now.log('## ', '## 0.9.0\nPlugin ABI 0.9:\n\n- strings have a capacity\n\n## ');
  assert.deepEqual(now.failing(), []);
});

test('0.10 is not an entry for 0.1', (context) => {
  const now = tree(context);
  const text = readFileSync(now.changelog, 'utf8');
  writeFileSync(now.changelog, text.replaceAll('ABI 0.1', 'ABI 0.10'));
  assert.deepEqual(now.failing(), ['changelog']);
});

test('from 1.0 on, a minor may add at the end', (context) => {
  const now = tree(context);
  now.makeOneDotOne();
  now.header(lastOfCodec, 'void (*close)(void* decoder);\n  void (*more)(void* decoder);\n} sluice_codec;');
  now.header('SLUICE_KIND_SEARCH = 4', 'SLUICE_KIND_SEARCH = 4,\n  SLUICE_KIND_FILTER = 5');
  now.header('#define SLUICE_EXT_MEMORY', '#define SLUICE_EXT_OTHER "sluice.other/1"\n#define SLUICE_EXT_MEMORY');
  assert.deepEqual(now.failing(), []);
});

for (const [what, from, to, gates] of [
  ['a member in the middle', 'void (*close)(void* decoder);', 'void (*more)(void*);\n  void (*close)(void* decoder);', ['grown', 'layout']],
  ['another signature', 'void (*close)(void* decoder);', 'int (*close)(void* decoder);', ['grown']],
  ['another number', 'SLUICE_KIND_SEARCH = 4', 'SLUICE_KIND_SEARCH = 5', ['grown']],
  ['another table under an old name', 'CODEC "sluice.codec/1"', 'CODEC "sluice.codec/2"', ['grown']],
  ['another entry', 'sluice_plugin_entry(uint32_t host_abi)', 'sluice_plugin_entry(uint64_t host_abi)', ['grown']],
  ['a string that grows', 'size_t len;', 'size_t len, capacity;', ['grown', 'layout']],
]) {
  test(`from 1.0 on, a minor may not have ${what}`, (context) => {
    const now = tree(context);
    now.makeOneDotOne();
    now.header(from, to);
    assert.deepEqual(now.failing(), gates);
  });
}

test('what was released stays as it was', (context) => {
  const now = tree(context);
  const header = headerIn(path.join(now.released, '0.1'));
  writeFileSync(header, readFileSync(header, 'utf8').replace('uint32_t n_components;', 'uint64_t n_components;'));
  assert.deepEqual(now.failing(), ['frozen', 'grown', 'layout']);
});

test('a directory has the name of its version', (context) => {
  const now = tree(context);
  cpSync(path.join(now.released, '0.1'), path.join(now.released, '0.2'), { recursive: true });
  assert.match(now.faults('frozen').join(), /0\.2\/sluice\/plugin\.h says that it is 0\.1/);
});

test('who serves whom', () => {
  assert.ok(serves('0.1', '0.1'));
  assert.ok(!serves('0.1', '0.2') && !serves('0.2', '0.1') && !serves('1.0', '0.9'));
  assert.ok(serves('1.0', '1.7') && serves('1.7', '1.0') && !serves('2.0', '1.0'));
});
