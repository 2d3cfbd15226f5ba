// The words of a plugin.h: what it says once its comments are gone, and the layout that a compiler
// gives it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The places of the gates below a source directory. */
export const placesIn = (source) => ({
  today: path.join(source, 'sdk/include'),
  released: path.join(source, 'tests/abi/released'),
  changelog: path.join(source, 'sdk/CHANGELOG.md'),
});

export const headerIn = (include) => path.join(include, 'sluice/plugin.h');

/** Every released version, the oldest first: ["0.1", …]. */
export function releasesIn(released) {
  const numbers = (version) => version.split('.').map(Number);
  return (existsSync(released) ? readdirSync(released) : []).sort((a, b) => {
    const [x, y] = [numbers(a), numbers(b)];
    return x[0] - y[0] || x[1] - y[1];
  });
}

/** "0.1", as the header says it. */
export function versionOf(include) {
  const text = readFileSync(headerIn(include), 'utf8');
  const number = (name) => text.match(new RegExp(`^#define SLUICE_ABI_${name} (\\d+)u$`, 'm'))?.[1];
  return `${number('MAJOR')}.${number('MINOR')}`;
}

/** Whether a plugin of version `plugin` runs in a host of version `host`. */
export function serves(host, plugin) {
  const [[hostMajor, hostMinor], [major, minor]] = [host.split('.'), plugin.split('.')];
  return major === hostMajor && (major !== '0' || minor === hostMinor);
}

function must(command, args) {
  const run = spawnSync(command, args, { encoding: 'utf8' });
  if (run.error) throw run.error;
  if (run.status !== 0) throw new Error(`${command} ${args.join(' ')}\n${run.stderr}`);
  return run.stdout;
}

/** The header without comments, one space for any room between words. */
export function wordsOf(include) {
  const text = must('gcc', ['-fpreprocessed', '-dD', '-E', '-P', headerIn(include)]);
  return text.split('\n').map((line) => line.replace(/\s+/g, ' ').trim()).filter(Boolean);
}

const flat = (text) => text.replace(/\s+/g, ' ').trim();

/** What may only grow: {structs: {name: [declaration]}, constants: {name: value}, functions: [text]}. */
export function contentOf(include) {
  const text = wordsOf(include).join('\n');
  const content = { structs: {}, constants: {}, functions: [] };
  for (const [, name, body] of text.matchAll(/typedef struct (\w+) \{\n([\s\S]*?)\n\} \1;/g)) {
    content.structs[name] = body.split(';').map(flat).filter(Boolean);
  }
  for (const [, body] of text.matchAll(/^enum \{([\s\S]*?)\};/gm)) {
    for (const one of body.split(',').map(flat).filter(Boolean)) {
      const [name, value] = one.split(' = ');
      content.constants[name] = value;
    }
  }
  for (const [, name, value] of text.matchAll(/^#define (\w+(?:\([^)]*\))?) (.+)$/gm)) {
    if (!name.startsWith('SLUICE_ABI_M')) content.constants[name] = value;
  }
  for (const [, type, name] of text.matchAll(/^typedef (\w+) (\w+);$/gm)) {
    content.constants[name] = type;
  }
  for (const [call] of text.matchAll(/^SLUICE_EXPORT [^;]*;/gm)) content.functions.push(flat(call));
  return content;
}

/** The names that a declaration of a struct's member declares. */
export function membersOf(declaration) {
  const pointer = declaration.match(/\(\*(\w+)\)/);
  if (pointer) return [pointer[1]];
  return declaration.split(',').map((part) => part.match(/(\w+)(?:\[\w+\])?$/)[1]);
}

/** Compiles and runs a C program of that text; gives what it prints. */
function printed(include, text) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'sluice-abi-'));
  try {
    const [file, program] = [path.join(directory, 'a.c'), path.join(directory, 'a')];
    writeFileSync(file, text);
    must('gcc', ['-std=c11', `-I${include}`, '-o', program, file]);
    return must(program, []);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The text of layout.c for that header. */
export function layoutOf(include) {
  const version = versionOf(include);
  const { structs } = contentOf(include);
  const lines = [];
  for (const [name, declarations] of Object.entries(structs)) {
    lines.push(`printf("\\nSIZE(${name}, %zu);\\n", sizeof(${name}));`);
    for (const member of declarations.flatMap(membersOf)) {
      lines.push(`printf("AT(${name}, ${member}, %zu, %zu);\\n", offsetof(${name}, ${member}),`);
      lines.push(`  sizeof(((${name}*)0)->${member}));`);
    }
  }
  const include_ = '#include <sluice/plugin.h>\n#include <stdio.h>\n';
  const body = printed(include, `${include_}int main(void) {\n${lines.join('\n')}\n}\n`);
  const [major, minor] = version.split('.');
  return `/* The layout of plugin ABI ${version} on LP64: the size of every struct, the place and size of every
 * member. Compiled against the header of that version and against today's: nothing moves.
 * Written by tests/abi/release.mjs. */
#include <sluice/plugin.h>

#ifndef __LP64__
#error "these numbers are for LP64"
#endif

#define IS_THIS_VERSION (SLUICE_ABI_VERSION == ((${major}u << 16) | ${minor}u))

/* A later minor may make a struct larger, at its end. */
#define SIZE(type, bytes) \\
  _Static_assert(IS_THIS_VERSION ? sizeof(type) == (bytes) : sizeof(type) >= (bytes), \\
                 #type " changed its size")
#define AT(type, member, offset, bytes) \\
  _Static_assert(offsetof(type, member) == (offset) && sizeof(((type*)0)->member) == (bytes), \\
                 #type "." #member " moved")

_Static_assert(sizeof(sluice_str) == 16 && sizeof(sluice_kv) == 32, "these two never grow");
${body}`;
}
