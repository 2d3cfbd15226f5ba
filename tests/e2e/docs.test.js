// The documentation is true: its reference is that of the schema, its configurations load, its
// commands run, and each plugin's README says what it must.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { account } from './support/config.js';
import { reference, written } from './support/reference.js';
import { scenario } from './support/scenario.js';
import { binary, pluginDirectory, root, run } from './support/sluice.js';

const directoriesIn = (where) =>
  readdirSync(path.join(root, where), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(where, entry.name));
const plugins = [...directoriesIn('plugins'), ...directoriesIn('strategies')].filter((name) =>
  existsSync(path.join(root, name, 'CMakeLists.txt')),
);
const pages = [
  'README.md',
  'sdk/README.md',
  ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`),
  ...plugins.map((name) => `${name}/README.md`),
].filter((name) => name.endsWith('.md') && existsSync(path.join(root, name)));
const read = (page) => readFileSync(path.join(root, page), 'utf8');

/** The code blocks of a page in one language: [{text, line}]. */
function blocks(page, language) {
  const found = [];
  let open = null;
  for (const [index, line] of read(page).split('\n').entries()) {
    if (open === null && line === '```' + language) open = { lines: [], line: index + 1 };
    else if (open && line === '```') {
      found.push({ text: open.lines.join('\n'), line: open.line });
      open = null;
    } else if (open) open.lines.push(line);
  }
  return found;
}

test('the reference of the configuration is that of the schema', () => {
  assert.equal(written(), reference(), 'run: node tests/e2e/support/reference.js');
});

// A part of a configuration is one that enables the plugins we ship.
const shipped = 'plugins: {enable: [openai, demo, priority]}\n';
const [enabled] = /^ {2}enable: .*$/m.exec(read('config/sluice.yaml'));
const whole = (text) => (/^plugins:/m.test(text) ? text : `plugins:\n${enabled}\n${text}`);

// Every variable is set, so that no provider is off and its settings are looked at.
const variables = (text, directory) =>
  Object.fromEntries(
    [...text.matchAll(/\$\{([A-Z0-9_]+)\}/g)].map(([, name]) => {
      if (name === 'GOOGLE_CREDENTIALS') return [name, account];
      if (name === 'GOOGLE_APPLICATION_CREDENTIALS') return [name, path.join(directory, 'key.json')];
      return [name, name.endsWith('_BASE_URL') ? 'http://127.0.0.1:9' : 'k'];
    }),
  );

for (const page of pages) {
  for (const block of blocks(page, 'yaml')) {
    scenario(`the configuration at ${page}:${block.line} loads`, async (stage) => {
      const work = await stage.work(whole(block.text));
      writeFileSync(path.join(work.directory, 'key.json'), account);
      const env = variables(block.text, work.directory);
      const got = await run(['check', '--config', work.file], { cwd: work.directory, env });
      assert.equal(got.code, 0, got.stderr);
      assert.doesNotMatch(got.stdout, /^off:/m);
    });
  }
}

// What the tests themselves, or somebody with a provider's key, run.
const runElsewhere = [
  /^(\w+=… )*host\/run/,
  /^claude$/,
  /^cline /,
  /^tests\//,
  /^cmake /,
  /"model": "auto"/,
];

// A page's commands run with the configuration on it that is called sluice.yaml, in a home of their
// own.
const configurationOf = (page) =>
  blocks(page, 'yaml').find(({ text }) => text.startsWith('# sluice.yaml'))?.text ?? shipped;
const environmentIn = (directory) => ({
  ...process.env,
  HOME: directory,
  XDG_CONFIG_HOME: '',
  CODEX_HOME: '',
  CLAUDE_CONFIG_DIR: '',
  PROXY_API_KEY: 'p',
  GROQ_API_KEY: 'k',
});

function commandsOf(text) {
  return text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
}

for (const page of pages) {
  for (const block of blocks(page, 'sh')) {
    for (const command of commandsOf(block.text)) {
      if (runElsewhere.some((known) => known.test(command))) continue;
      scenario(
        `the command at ${page}:${block.line} runs: ${command.slice(0, 60)}`,
        async (stage) => {
          const env = { PORT: '0', ADMIN_TOKEN: 'at-docs' };
          const sluice = await stage.sluice(null, { env });
          const work = await stage.work(configurationOf(page));
          writeFileSync(path.join(work.directory, 'key.json'), account);
          const line = command
            .replaceAll('http://127.0.0.1:8090', sluice.url)
            .replaceAll('build/plugins', pluginDirectory)
            .replace(/^curl /, 'curl --silent --show-error --fail-with-body ')
            .replace(/^(build\/)?sluice /, `${binary} `)
            .replace('$(sluice ', `$(${binary} `);
          const got = spawnSync('bash', ['-c', line], {
            cwd: work.directory,
            encoding: 'utf8',
            env: { ...environmentIn(work.directory), ADMIN_TOKEN: env.ADMIN_TOKEN },
          });
          assert.equal(got.status, 0, got.stdout + got.stderr);
        },
      );
    }
  }
}

/** A session: lines that begin with "$ " are commands, the others what they print. */
function sessionOf(text) {
  const steps = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), output: '' });
    else steps.at(-1).output += `${line}\n`;
  }
  return steps;
}

// "…" stands for anything within a line.
const asPattern = (text) =>
  new RegExp(`^${text.split('…').map((part) => part.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')).join('.*')}$`);

for (const page of pages) {
  for (const block of blocks(page, 'console')) {
    scenario(`the session at ${page}:${block.line} goes as it is shown`, async (stage) => {
      const { directory } = await stage.work(configurationOf(page));
      const env = environmentIn(directory);
      copyFileSync(path.join(pluginDirectory, 'demo.so'), path.join(directory, 'hello.so'));
      for (const { command, output } of sessionOf(block.text)) {
        const line = `{ ${command.replace(/^sluice /, `${binary} `)}; } 2>&1`;
        const got = spawnSync('bash', ['-c', line], { cwd: directory, encoding: 'utf8', env });
        assert.match(got.stdout, asPattern(output), command);
      }
    });
  }
}

scenario('the first call of the README answers what the README says', async (stage) => {
  const sluice = await stage.sluice(null, { env: { PORT: '0' } });
  const [command] = commandsOf(blocks('README.md', 'sh')[1].text);
  const line = command.replace('http://127.0.0.1:8090', sluice.url);
  const got = spawnSync('bash', ['-c', `${line} --silent`], { encoding: 'utf8' });
  const answer = JSON.parse(got.stdout);
  const shown = blocks('README.md', 'json')[0].text;
  const { content } = answer.choices[0].message;
  assert.equal(content, 'Hello, Sluice');
  assert.ok(shown.includes(JSON.stringify({ content }).slice(1, -1)), shown);
  assert.ok(shown.includes(`"completion_tokens":${answer.usage.completion_tokens}`), shown);
});

for (const plugin of plugins) {
  test(`${plugin}/README.md has its sections`, () => {
    const sections = read(`${plugin}/README.md`).match(/^## .*$/gm) ?? [];
    for (const section of ['Name', 'Description', 'Config', 'Examples', 'Limits']) {
      assert.ok(sections.includes(`## ${section}`), `${section} is missing`);
    }
  });
}

test('what a page links to is there', () => {
  for (const page of pages) {
    for (const [, target] of read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      const file = path.resolve(root, path.dirname(page), target);
      assert.ok(existsSync(file), `${page} links to ${target}`);
    }
  }
});
