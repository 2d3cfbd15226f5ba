// What an upstream asks for within a stream counts like what it asks for in a head.
import assert from 'node:assert/strict';
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { sse } from './support/answers.js';
import { question } from './support/chat.js';
import { chat } from './support/client.js';
import { assertError } from './support/expect.js';
import { scenario } from './support/scenario.js';
import { pluginDirectory } from './support/sluice.js';

const acme = path.resolve(pluginDirectory, '../test-plugins/acme.so');

async function acmeAt(stage, upstream) {
  const { directory } = await stage.work(null);
  const plugins = path.join(directory, 'plugins');
  await mkdir(plugins);
  await copyFile(acme, path.join(plugins, 'acme.so'));
  return stage.sluice({
    plugins: { directory: plugins, enable: ['acme'] },
    providers: { acme: { component: 'test.acme', base_url: upstream.baseUrl } },
  });
}

const busy = (seconds) =>
  sse([JSON.stringify({ problem: 'not so fast', kind: 'slow_down' })], {
    headers: { 'retry-after': `${seconds}` },
  });
const ask = question('acme/m', { stream: true });

scenario('a wait that is asked for in the first event is told to the client', async (stage) => {
  const upstream = (await stage.upstream()).always(busy(60));
  const sluice = await acmeAt(stage, upstream);
  const got = await chat(sluice, ask);
  assertError(got, 429);
  assert.equal(got.headers['retry-after'], '60');
  assert.equal(upstream.requests.length, 1);
});

scenario('a short wait that is asked for in the first event is waited for', async (stage) => {
  const good = [{ id: 'a1', model: 'm' }, { delta: 'now' }, { stop: 'stop' }].map((event) =>
    JSON.stringify(event),
  );
  const upstream = (await stage.upstream()).next(busy(1)).always(sse([...good, '[DONE]']));
  const sluice = await acmeAt(stage, upstream);
  const begin = process.hrtime.bigint();
  const got = await chat(sluice, ask);
  assert.equal(got.status, 200, got.text);
  assert.ok(Number(process.hrtime.bigint() - begin) / 1e9 >= 1);
  assert.equal(upstream.requests.length, 2);
});
