// The real binary, started on a free port with a configuration of the test's and nothing else of
// this environment.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { configuration } from './config.js';
import { within } from './time.js';

const here = path.dirname(fileURLToPath(import.meta.url));
export const root = path.resolve(here, '../../..');
export const binary = path.resolve(process.env.SLUICE_BIN ?? path.join(root, 'build/sluice'));
export const pluginDirectory = path.resolve(
  process.env.SLUICE_PLUGINS ?? path.join(path.dirname(binary), 'plugins'),
);

// Sanitizers take their options from the environment; everything else is the test's to give.
const passedOn = ['PATH', 'ASAN_OPTIONS', 'LSAN_OPTIONS', 'TSAN_OPTIONS', 'UBSAN_OPTIONS'];
const ours = Object.fromEntries(
  passedOn.filter((name) => process.env[name]).map((name) => [name, process.env[name]]),
);

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A directory with sluice.yaml in it, unless `config` is null; remove() deletes it. */
export async function workDirectory(config) {
  const directory = await mkdtemp(path.join(tmpdir(), 'sluice-e2e-'));
  const file = path.join(directory, 'sluice.yaml');
  const work = {
    directory,
    file,
    write: (next) => writeFile(file, textOf(next, directory)),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
  if (config !== null) await work.write(config);
  return work;
}

function textOf(config, directory) {
  if (typeof config === 'string') return config;
  const whole = configuration(config);
  whole.plugins = { directory: pluginDirectory, ...whole.plugins };
  whole.state_dir ??= path.join(directory, 'state');
  return JSON.stringify(whole, null, 2);
}

function launch(args, { env = {}, cwd }) {
  if (!existsSync(binary)) throw new Error(`there is no ${binary}; build it or set SLUICE_BIN`);
  const child = spawn(binary, args, {
    cwd,
    env: { ...ours, HOME: cwd, XDG_STATE_HOME: path.join(cwd, 'state'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.on('exit', () => running.delete(child));
  return child;
}

/** Runs a command of the binary to its end: {code, stdout, stderr}. */
export async function run(args, { env, cwd = tmpdir() } = {}) {
  const child = launch(args, { env, cwd });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      texts[name] += text;
    });
  }
  try {
    const [code, signal] = await within(
      60_000,
      once(child, 'close'),
      `the end of ${args.join(' ')}`,
    );
    return { code: code ?? signal, ...texts };
  } finally {
    child.kill('SIGKILL');
  }
}

export class Sluice {
  stdout = '';
  stderr = '';
  #watchers = new Set();
  #stopped = null;

  /** Starts `serve` and waits for the address it prints. `config` null: the embedded one. */
  static async start(config, { env, args = [] } = {}) {
    const sluice = new Sluice();
    sluice.work = await workDirectory(config);
    const named = config === null ? [] : ['--config', sluice.work.file];
    sluice.child = launch(['serve', ...named, ...args], {
      env,
      cwd: sluice.work.directory,
    });
    sluice.#listen();
    try {
      const line = /listening on (https?):\/\/127\.0\.0\.1:(\d+)/;
      const found = await sluice.waitFor('the address it listens on', () =>
        line.exec(sluice.stdout),
      );
      [, sluice.scheme, sluice.port] = [found[0], found[1], Number(found[2])];
    } catch (error) {
      await sluice.kill();
      throw new Error(`${error.message}\n${sluice.logs()}`);
    }
    return sluice;
  }

  get pid() {
    return this.child.pid;
  }

  get url() {
    return `${this.scheme}://127.0.0.1:${this.port}`;
  }

  /** What `probe` gives once it is truthy; asked whenever the binary has printed something. */
  waitFor(what, probe, ms = 20_000) {
    const found = probe();
    if (found) return Promise.resolve(found);
    let watcher;
    const waited = new Promise((resolve, reject) => {
      watcher = () => {
        const value = probe();
        if (value) resolve(value);
        else if (this.exit) reject(new Error(`it ended (${this.exit}) before ${what}`));
      };
      this.#watchers.add(watcher);
      watcher();
    });
    return within(ms, waited, what).finally(() => this.#watchers.delete(watcher));
  }

  /** The line of the log that holds all the `parts`. */
  logLine(...parts) {
    const matches = (line) =>
      parts.every((part) => (part instanceof RegExp ? part.test(line) : line.includes(part)));
    const probe = () => this.stderr.split('\n').slice(0, -1).find(matches);
    return this.waitFor(`a log line with ${parts.join(' and ')}`, probe);
  }

  signal(name) {
    process.kill(this.child.pid, name);
  }

  /** Waits for the end that somebody else has asked for: its exit code. */
  async ended(ms = 30_000) {
    await within(ms, this.closed, 'the binary to end');
    return this.exit;
  }

  /** SIGTERM, if it still runs. An exit code other than 0, as of a sanitizer, is an error. */
  stop() {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop() {
    try {
      if (!this.exit) this.signal('SIGTERM');
      const code = await this.ended();
      if (code !== 'code 0') throw new Error(`the binary ended with ${code}`);
    } finally {
      await this.kill();
    }
  }

  async kill() {
    if (!this.exit) this.child.kill('SIGKILL');
    await this.closed;
    await this.work.remove();
  }

  logs() {
    return `--- stdout\n${this.stdout}--- stderr\n${this.stderr}---`;
  }

  #listen() {
    for (const name of ['stdout', 'stderr']) {
      this.child[name].setEncoding('utf8').on('data', (text) => {
        this[name] += text;
        this.#wake();
      });
    }
    this.closed = new Promise((resolve) => {
      this.child.on('close', (code, signal) => {
        this.exit = signal ? `signal ${signal}` : `code ${code}`;
        this.#wake();
        resolve();
      });
    });
  }

  #wake() {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
