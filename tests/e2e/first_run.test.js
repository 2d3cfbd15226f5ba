// What somebody gets who has just built it: the embedded configuration, and no key.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { chat, contentOf, eventsOf, request } from './support/client.js';
import { scenario } from './support/scenario.js';

const start = (stage, env) => stage.sluice(null, { env: { PORT: '0', ...env } });
const says = (text) => ({ model: 'demo/echo', messages: [{ role: 'user', content: text }] });

scenario('demo/echo says the last message back, with usage', async (stage) => {
  const sluice = await start(stage);
  const got = await chat(sluice, says('Hello, wide world'));
  assert.equal(got.status, 200, got.text);
  assert.equal(got.json.object, 'chat.completion');
  assert.equal(got.json.choices[0].message.content, 'Hello, wide world');
  assert.equal(got.json.choices[0].message.role, 'assistant');
  assert.equal(got.json.choices[0].finish_reason, 'stop');
  assert.equal(
    got.json.usage.total_tokens,
    got.json.usage.prompt_tokens + got.json.usage.completion_tokens,
  );
  assert.ok(got.json.usage.completion_tokens > 0);
});

scenario('demo/echo streams word by word', async (stage) => {
  const sluice = await start(stage);
  const got = await chat(sluice, { ...says('Hello, wide world'), stream: true });
  assert.match(got.headers['content-type'], /^text\/event-stream/);
  assert.equal(contentOf(got.text), 'Hello, wide world');
  const events = eventsOf(got.text);
  assert.equal(events.filter((item) => item.choices?.[0]?.delta?.content).length, 3);
  assert.equal(events.at(-1), '[DONE]');
  assert.ok(
    events.every((item) => !item.usage),
    'usage was not asked for',
  );
  const ids = new Set(events.filter((item) => item.id).map((item) => item.id));
  assert.equal(ids.size, 1);
});

scenario('demo/echo streams usage to those who ask', async (stage) => {
  const client = new OpenAI({ baseURL: `${(await start(stage)).url}/v1`, apiKey: 'any' });
  const stream = await client.chat.completions.create({
    ...says('one two'),
    stream: true,
    stream_options: { include_usage: true },
  });
  let last;
  for await (const chunk of stream) last = chunk;
  assert.deepEqual(last.choices, []);
  assert.ok(last.usage.completion_tokens > 0);
});

scenario('any script and any bytes are said back as they are', async (stage) => {
  const sluice = await start(stage);
  const text = 'Grüße 𝄞 "quoted" \\ \n\t\u0001 日本語 </script>\u2028';
  for (const stream of [true, false]) {
    const got = await chat(sluice, { ...says(text), stream });
    assert.equal(stream ? contentOf(got.text) : got.json.choices[0].message.content, text);
  }
});

scenario('the models are listed', async (stage) => {
  const got = await request(await start(stage), '/v1/models');
  assert.ok(
    got.json.data.some((model) => model.id === 'demo/echo'),
    got.text,
  );
});

scenario('it tells its address, its plugins, and how to turn each provider on', async (stage) => {
  const sluice = await start(stage);
  const banner = () => sluice.stdout;
  await sluice.waitFor('the providers', () => /GROQ_API_KEY/.test(banner()));
  assert.match(banner(), new RegExp(`listening on http://127\\.0\\.0\\.1:${sluice.port}\\b`));
  for (const word of ['openai', 'demo', 'priority', 'groq', 'OPENAI_API_KEY']) {
    assert.ok(banner().includes(word), `${word} in: ${banner()}`);
  }
});

scenario('one variable turns a provider on', async (stage) => {
  const [without, withKey] = [
    await start(stage),
    await start(stage, { GROQ_API_KEY: 'gsk-very-secret' }),
  ];
  const ask = (sluice) => request(sluice, '/v1/models');
  const groq = (got) => got.json.data.filter((model) => model.id.startsWith('groq/')).length;
  assert.equal(groq(await ask(without)), 0);
  assert.ok(groq(await ask(withKey)) > 0);
  assert.ok(!withKey.stdout.includes('gsk-very-secret'));
  const off = await chat(without, { ...says('x'), model: 'groq/anything' });
  assert.equal(off.status, 404);
  assert.match(off.json.error.message, /GROQ_API_KEY/);
});

scenario('each call is one line of the log, with what it cost', async (stage) => {
  const sluice = await stage.sluice({});
  const got = await chat(sluice, says('one two three'));
  const line = await sluice.logLine(got.headers['x-sluice-request-id']);
  const logged = JSON.parse(line);
  const values = JSON.stringify(logged);
  for (const part of ['demo', 'echo']) assert.ok(values.includes(part), line);
  const tokens = Object.entries(logged).filter(([name]) => /token|input|output/.test(name));
  assert.ok(tokens.length >= 2, `tokens in ${line}`);
});
