// Real coding agents, set up by `sluice connect`: each does a task of two calls of its own tools at
// upstreams of several makers, then goes on in the same session. Started by tests/agents/run.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { virtual } from '../e2e/support/config.js';
import { heard, makers, plugins, resultsIn, speak } from '../e2e/support/makers.js';
import { scenario } from '../e2e/support/scenario.js';
import { run } from '../e2e/support/sluice.js';
import { slow } from '../e2e/support/time.js';

const cache = process.env.SLUICE_AGENTS ?? path.join(homedir(), '.cache/sluice-agents');
const installed = (...names) => path.join(cache, 'node_modules', ...names);
const system = `${process.platform}-${process.arch}`;
const key = 'sk-of-the-gateway';
const notes = 'milk and eggs';

// By the name of `sluice connect`: the program, the arguments of a first and of a further turn, the
// calls that read the notes and list the directory, and what it must not say.
const agents = {
  codex: {
    makers: ['chat', 'messages', 'responses'],
    program: installed('.bin/codex'),
    first: ['exec', '--skip-git-repo-check'],
    further: ['exec', 'resume', '--last', '--skip-git-repo-check'],
    calls: () => [
      { name: 'exec_command', args: { cmd: 'cat notes.txt' } },
      { name: 'exec_command', args: { cmd: 'ls' } },
    ],
    complaints: /metadata|fallback model|failed to (decode|refresh)/i,
  },
  'claude-code': {
    makers: ['chat', 'messages'],
    program: installed('@anthropic-ai', `claude-code-${system}`, 'claude'),
    first: ['--allowedTools=Read,Bash', '-p'],
    further: ['-c', '-p'],
    calls: (work) => [
      { name: 'Read', args: { file_path: path.join(work, 'notes.txt') } },
      { name: 'Bash', args: { command: 'ls', description: 'Lists files' } },
    ],
    complaints: /error/i,
  },
  opencode: {
    makers: ['chat', 'messages'],
    program: installed(`opencode-${system}`, 'bin/opencode'),
    first: ['run'],
    further: ['run', '-c'],
    calls: (work) => [
      { name: 'read', args: { filePath: path.join(work, 'notes.txt') } },
      { name: 'bash', args: { command: 'ls', description: 'Lists files' } },
    ],
    complaints: /error/i,
  },
};

/** A home with a project in it; what runs there sees nothing else of this environment. */
function settle(stage) {
  // Below /tmp, Codex would warn of its own home.
  const home = mkdtempSync(path.join(cache, 'home-'));
  stage.keep(home, () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  const work = path.join(home, 'work');
  mkdirSync(work);
  writeFileSync(path.join(work, 'notes.txt'), `${notes}\n`);
  return { home, work };
}

const quiet = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  OPENCODE_DISABLE_AUTOUPDATE: '1',
  OPENCODE_DISABLE_MODELS_FETCH: '1',
};

async function agentRun({ home, work }, program, args) {
  const env = { PATH: process.env.PATH, HOME: home, PROXY_API_KEY: key, ...quiet };
  const child = spawn(program, args, { cwd: work, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      said[name] += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code, ...said };
}

/** The model calls what has not been answered yet; without tools it is asked for a title. */
const model = (maker, calls) => (request) => {
  if (!request.json.tools?.length) return speak(maker, { text: 'Notes' })(request);
  const call = calls[resultsIn(maker, request).length];
  const id = `call_${calls.indexOf(call)}`;
  const turn = call ? { text: 'I look. ', calls: [{ ...call, id }] } : { text: 'It is done.' };
  return speak(maker, turn)(request);
};

for (const [name, agent] of Object.entries(agents)) {
  for (const maker of agent.makers) {
    const play = async (stage) => {
      const place = settle(stage);
      const upstream = await stage.upstream();
      upstream.always(model(maker, agent.calls(place.work)));
      const target = `up/${makers[maker].model}`;
      const sluice = await stage.sluice({
        plugins,
        auth: { client_keys: [key] },
        providers: { up: makers[maker].provider(upstream) },
        models: { [target]: { context: 131072, max_output: 32768, tools: true, vision: false } },
        virtual_models: { auto: virtual(target) },
      });
      const given = ['--write', '--config', sluice.work.file, '--url', sluice.url];
      const connected = await run(['connect', name, ...given], { cwd: place.home });
      assert.equal(connected.code, 0, connected.stderr);

      for (const [args, task] of [
        [agent.first, 'Read notes.txt and list the files.'],
        [agent.further, 'And now?'],
      ]) {
        const got = await agentRun(place, agent.program, [...args, task]);
        const told = got.stdout + got.stderr;
        assert.equal(got.code, 0, told);
        assert.match(got.stdout, /It is done\./, told);
        assert.doesNotMatch(told, agent.complaints);
        const last = upstream.requests.at(-1);
        const results = resultsIn(maker, last);
        assert.equal(results.length, 2);
        assert.match(results[0], new RegExp(notes));
        assert.match(results[1], /notes\.txt/);
        const user = heard(maker, last).turns.filter(({ role }) => role === 'user');
        assert.ok(user.some(({ text }) => text.includes(task)));
      }
    };
    scenario(`${name}, from ${maker}`, play, { timeout: slow(180_000) });
  }
}
