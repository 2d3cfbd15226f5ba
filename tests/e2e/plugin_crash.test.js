// A plugin that crashes or blocks is named.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { sse } from './support/answers.js';
import { question } from './support/chat.js';
import { chat, openChat } from './support/client.js';
import { scenario } from './support/scenario.js';
import { pluginDirectory } from './support/sluice.js';
import { builds } from './support/swapped.js';

// A sanitizer takes the signal after us, and ends the process by an exit code.
const ended = (signal) =>
  Number(process.env.SLUICE_E2E_SLOW ?? 1) > 1
    ? new RegExp(`^(signal ${signal}|code [1-9][0-9]*)$`)
    : new RegExp(`^signal ${signal}$`);

const start = async (stage, upstream) =>
  stage.sluice({
    plugins: { directory: builds, enable: ['swapped_1'] },
    providers: {
      demo: { component: 'org.example.ticking' },
      codec: { component: 'org.example.swapped', base_url: upstream.baseUrl },
    },
  });

scenario('a crash in a plugin is told by name, and is a crash', async (stage) => {
  const upstream = (await stage.upstream()).always(sse(['a', 'crash', '[DONE]']));
  const sluice = await start(stage, upstream);
  stage.sluices.splice(stage.sluices.indexOf(sluice), 1); // it does not end well
  stage.keep(sluice, () => sluice.kill());
  openChat(sluice, question('codec/x', { stream: true })).catch(() => {});
  assert.match(await sluice.ended(), ended('SIGSEGV'));
  const line = 'sluice: crashed by SIGSEGV in plugin codec (org.example.swapped), call frame';
  const told = sluice.stderr.split('\n').filter((text) => text.startsWith('sluice: crashed'));
  assert.deepEqual(told, [line]);
});

const inGo = path.resolve(pluginDirectory, '../examples/talk_go.so');
const skip = !existsSync(inGo) && 'there is no Go example';

// Go's runtime has handlers of its own, and passes on what is not its.
scenario(
  'a crash is told and is a crash beside a Go plugin too',
  async (stage) => {
    const upstream = (await stage.upstream()).always(sse(['a', 'crash', '[DONE]']));
    const { directory } = await stage.work(null);
    const plugins = path.join(directory, 'plugins');
    mkdirSync(plugins);
    copyFileSync(inGo, path.join(plugins, 'talk_go.so'));
    copyFileSync(path.join(builds, 'swapped_1.so'), path.join(plugins, 'swapped_1.so'));
    const sluice = await stage.sluice({
      plugins: { directory: plugins, enable: ['talk_go', 'swapped_1'] },
      providers: {
        demo: { component: 'org.example.ticking' },
        codec: { component: 'org.example.swapped', base_url: upstream.baseUrl },
      },
    });
    stage.sluices.splice(stage.sluices.indexOf(sluice), 1); // it does not end well
    stage.keep(sluice, () => sluice.kill());
    openChat(sluice, question('codec/x', { stream: true })).catch(() => {});
    assert.match(await sluice.ended(), ended('SIGSEGV'));
    const line = 'sluice: crashed by SIGSEGV in plugin codec (org.example.swapped), call frame';
    const told = sluice.stderr.split('\n').filter((text) => text.startsWith('sluice: crashed'));
    assert.deepEqual(told, [line]);
  },
  { skip },
);

scenario('a crash that is not in a plugin blames none', async (stage) => {
  const sluice = await stage.sluice({});
  stage.sluices.splice(stage.sluices.indexOf(sluice), 1);
  stage.keep(sluice, () => sluice.kill());
  sluice.signal('SIGABRT');
  assert.match(await sluice.ended(), ended('SIGABRT'));
  assert.match(sluice.stderr, /^sluice: crashed by SIGABRT$/m);
});

scenario('a plugin that blocks a loop is named, once', async (stage) => {
  const upstream = (await stage.upstream()).always(sse(['slow', 'slow', 'slow', '[DONE]']));
  const sluice = await start(stage, upstream);
  assert.equal((await chat(sluice, question('codec/x', { stream: true }))).status, 200);
  await sluice.logLine(/frame\(\) took \d+ ms and must not block/, 'codec (org.example.swapped)');
  assert.equal(sluice.stderr.match(/must not block/g).length, 1);
});
