// docs/abi.md is true: its duties are numbered without gaps, what they say is enforced is enforced
// by something that exists, and nothing of plugin.h is left without a duty.
//   node duties.mjs SOURCE_DIRECTORY BUILD_DIRECTORY CHECKER
// CHECKER: the program sluice-plugin-check.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { contentOf, membersOf, placesIn, versionOf } from './header.mjs';

/** [{id: "P1", duty, enforcers: ["check `library.exports`", …]}] */
export function dutiesIn(text) {
  return text
    .split(/^(?=- \*\*[HP]\d+\*\*)/m)
    .slice(1)
    .map((item) => {
      const [body] = item.split(/\n\n|\n(?=#)/);
      const [, id, rest] = body.match(/^- \*\*([HP]\d+)\*\* ([\s\S]*)$/);
      const [duty, enforced = ''] = rest.replace(/\s+/g, ' ').split(' Enforced by: ');
      return { id, duty, enforcers: enforced.split(';').map((one) => one.trim()).filter(Boolean) };
    });
}

/** Numbers of one side that do not follow their neighbour. */
function gaps(duties) {
  const faults = [];
  for (const side of ['H', 'P']) {
    const numbers = duties.filter(({ id }) => id[0] === side).map(({ id }) => Number(id.slice(1)));
    numbers.forEach((number, index) => {
      if (number !== index + 1) faults.push(`${side}${number} stands where ${side}${index + 1} should`);
    });
    if (numbers.length === 0) faults.push(`there is no duty ${side}1`);
  }
  return faults;
}

/** What an enforcer names that does not exist; undefined if all is well. */
function faultOfEnforcer(enforcer, known) {
  const named = enforcer.match(/^(check|ctest|test|e2e) `([^`]+)`$/);
  if (named) return known[named[1]].has(named[2]) ? undefined : `there is no ${enforcer}`;
  const plain = [
    /^the (compiler|linker)( \(.+\))?$/,
    /^the sanitizers$/,
    /^not enforced( for [^:]+| beyond that)?(: .+)?$/,
  ];
  return plain.some((form) => form.test(enforcer)) ? undefined : `what is "${enforcer}"?`;
}

/** Functions, structs and tables of the header that the page does not name. */
function unnamed(text, include) {
  const { structs, constants } = contentOf(include);
  const faults = [];
  const needs = (name) => {
    if (!text.includes(name)) faults.push(`no duty names ${name}`);
  };
  needs('sluice_plugin_entry()');
  const version = `It is now version **${versionOf(include)}**`;
  if (!text.includes(version)) faults.push(`the page does not say "${version}"`);
  for (const [struct, declarations] of Object.entries(structs)) {
    const short = struct.replace('sluice_', '');
    if (!text.includes(`\`${short}.`)) needs(struct);
    for (const declaration of declarations.filter((one) => one.includes('(*'))) {
      needs(`\`${short}.${membersOf(declaration)[0]}()\``);
    }
  }
  for (const [name, value] of Object.entries(constants)) {
    if (name.startsWith('SLUICE_EXT_')) needs(`\`${value.replaceAll('"', '')}\``);
  }
  return faults;
}

/** The faults of a page. known: {check, ctest, test, e2e}, a Set of names each. */
export function faultsOfPage(text, known, include) {
  const duties = dutiesIn(text);
  const faults = [...gaps(duties), ...unnamed(text, include)];
  const used = new Set();
  for (const { id, enforcers } of duties) {
    if (enforcers.length === 0) faults.push(`${id} does not say what enforces it`);
    for (const enforcer of enforcers) {
      const fault = faultOfEnforcer(enforcer, known);
      if (fault) faults.push(`${id}: ${fault}`);
      used.add(enforcer);
    }
  }
  for (const id of known.check) {
    if (!used.has(`check \`${id}\``)) faults.push(`no duty is enforced by check ${id}`);
  }
  return faults;
}

function output(command, args) {
  const run = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (run.error) throw run.error;
  return run.stdout;
}

/** Suite.Case of a GoogleTest binary, without the names that parameters give. */
function casesOf(binary) {
  const cases = [];
  let suite = '';
  for (const line of output(binary, ['--gtest_list_tests']).split('\n')) {
    const name = line.split('#')[0].trim();
    // "Suite.", of parameters "Instance/Suite." or "Suite/0."; below it "  Case" or "  Case/0".
    if (line.startsWith('  ')) cases.push(`${suite}.${name.replace(/\/.*$/, '')}`);
    else suite = name.replace(/\.$/, '').replace(/\/\d+$/, '').replace(/^.*\//, '');
  }
  return cases;
}

/** What a build tree tests, from ctest itself. */
function testsOf(build) {
  const listed = JSON.parse(output('ctest', ['--test-dir', build, '--show-only=json-v1'])).tests;
  const binaries = new Set(
    listed
      .map(({ command }) => command ?? [])
      .filter((command) => command.includes('--gtest_brief=1'))
      .map(([binary]) => binary),
  );
  for (const binary of binaries) if (!existsSync(binary)) console.error(`not built: ${binary}`);
  return {
    ctest: new Set(listed.map(({ name }) => name)),
    test: new Set([...binaries].filter(existsSync).flatMap(casesOf)),
  };
}

const checksOf = (checker) => new Set(output(checker, ['--list']).match(/^[a-z]+\.[a-z-]+/gm));

function main([source, build, checker]) {
  const text = readFileSync(path.join(source, 'docs/abi.md'), 'utf8');
  const e2e = text.match(/(?<=e2e `)[^`]+/g) ?? [];
  const known = {
    ...testsOf(build),
    check: checksOf(checker),
    e2e: new Set(e2e.filter((name) => existsSync(path.join(source, 'tests/e2e', name)))),
  };
  const faults = faultsOfPage(text, known, placesIn(source).today);
  for (const fault of faults) console.error(`FAILED: docs/abi.md: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.length !== 5) {
    console.error('usage: duties.mjs SOURCE_DIRECTORY BUILD_DIRECTORY CHECKER');
    process.exit(2);
  }
  process.exit(main(process.argv.slice(2)));
}
