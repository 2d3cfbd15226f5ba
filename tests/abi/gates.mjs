// What must hold before the plugin ABI may change; docs/abi.md tells what to do where one fails.
//   node gates.mjs frozen|grown|layout|changelog SOURCE_DIRECTORY
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  contentOf, headerIn, layoutOf, placesIn, releasesIn, serves, versionOf, wordsOf,
} from './header.mjs';

const advice = (version) => `
  Plugins that were built for ${version} are out there, so ${version} stays as it was released. To change
  the ABI: give SLUICE_ABI_MINOR (from 1.0 on, for what is no addition, SLUICE_ABI_MAJOR) its next
  number in sdk/include/sluice/plugin.h, say in sdk/CHANGELOG.md what changed, and when the SDK is
  released, run node tests/abi/release.mjs. See docs/abi.md.`;

const clang = ['clang-19', 'clang'].find((name) => !spawnSync(name, ['--version']).error);

/** A header whose version is released says what it said then. */
function frozen({ today, released }) {
  const faults = [];
  for (const release of releasesIn(released)) {
    const directory = path.join(released, release);
    const version = versionOf(directory);
    if (version !== release) faults.push(`${headerIn(directory)} says that it is ${version}`);
  }
  const version = versionOf(today);
  const directory = path.join(released, version);
  if (!existsSync(directory)) return faults;
  const [was, is] = [wordsOf(directory), wordsOf(today)];
  const at = is.findIndex((line, index) => line !== was[index]);
  const changed = at >= 0 ? is[at] : was[is.length];
  if (changed !== undefined) {
    faults.push(
      `${headerIn(today)} says that it is ${version}, but is not the header that was released as ` +
        `${version}; the first other line: ${changed}${advice(version)}`,
    );
  }
  return faults;
}

/** What a released header of the same promise declares, today's declares too, and at its place. */
function grown({ today, released }) {
  const faults = [];
  const now = contentOf(today);
  const version = versionOf(today);
  for (const release of releasesIn(released).filter((one) => serves(version, one))) {
    const was = contentOf(path.join(released, release));
    const fault = (what) => faults.push(`${what} is not what it was in ${release}${advice(release)}`);
    for (const [name, members] of Object.entries(was.structs)) {
      const present = now.structs[name] ?? [];
      const other = members.find((member, index) => member !== present[index]);
      if (other !== undefined) fault(`struct ${name}, at "${other}",`);
    }
    for (const [name, value] of Object.entries(was.constants)) {
      if (now.constants[name] !== value) fault(name);
    }
    for (const call of was.functions) if (!now.functions.includes(call)) fault(call);
  }
  return faults;
}

function compiles(compiler, include, file) {
  const args = ['-std=c11', '-Wall', '-Wextra', '-Wpedantic', '-Wpadded', '-Werror'];
  const run = spawnSync(compiler, [...args, `-I${include}`, '-fsyntax-only', file], {
    encoding: 'utf8',
  });
  return run.status === 0 ? [] : [`${compiler} ${file} against ${include}:\n${run.stderr}`];
}

/** Each release has the layout that its layout.c says, and so has today's header. */
function layout({ today, released }) {
  const faults = [];
  if (!clang) return ['clang is not installed'];
  for (const release of releasesIn(released)) {
    const directory = path.join(released, release);
    const file = path.join(directory, 'layout.c');
    if (!existsSync(file) || readFileSync(file, 'utf8') !== layoutOf(directory)) {
      faults.push(`${file} is not the layout of ${headerIn(directory)}, whole`);
      continue;
    }
    for (const compiler of ['gcc', clang]) {
      faults.push(...compiles(compiler, directory, file));
      if (serves(versionOf(today), release)) faults.push(...compiles(compiler, today, file));
    }
  }
  return faults;
}

/** Each version has its entry: a section that says "Plugin ABI x.y" and lists what is in it. */
function changelog({ today, released, changelog: file }) {
  const sections = readFileSync(file, 'utf8').split(/^## /m).slice(1);
  const versions = new Set([...releasesIn(released), versionOf(today)]);
  return [...versions]
    .filter((version) => {
      const names = new RegExp(`plugin ABI ${version.replace('.', '\\.')}(?![.\\d]*\\d)`, 'i');
      return !sections.some((section) => names.test(section) && /^- /m.test(section));
    })
    .map((version) => `${file} has no section that says "Plugin ABI ${version}" and lists its changes`);
}

const gates = { frozen, grown, layout, changelog };

/** The faults that a gate finds in the tree below `source`. */
export function faultsOf(gate, source) {
  const places = placesIn(source);
  if (releasesIn(places.released).length === 0) return [`nothing is released in ${places.released}`];
  return gates[gate](places);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [gate, source] = process.argv.slice(2);
  if (!gates[gate] || !source) {
    console.error('usage: gates.mjs frozen|grown|layout|changelog SOURCE_DIRECTORY');
    process.exit(2);
  }
  const faults = faultsOf(gate, source);
  for (const fault of faults) console.error(`FAILED: ${fault}`);
  process.exit(faults.length === 0 ? 0 : 1);
}
