// POST /v1/completions, OpenAI's API from before chats, with OpenAI's official client: as it came
// where an upstream speaks it, else as a chat. What is written here is checked against our schema
// of the dialect too.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { json, sse, until } from './support/answers.js';
import { chatAnswer, completion, delta, done, fail, finish, role, word } from './support/chat.js';
import { eventsOf, request } from './support/client.js';
import { virtual } from './support/config.js';
import { assertError, assertGivenBy } from './support/expect.js';
import { messageAnswer } from './support/messages.js';
import { openAiOf } from './support/official.js';
import { scenario, table } from './support/scenario.js';
import { checker } from './support/schema.js';
import { makeGate, slow } from './support/time.js';

const check = checker('openai_completions.json');
const checkError = checker('openai_embeddings.json');
const plugins = { enable: ['openai', 'azure', 'anthropic', 'demo', 'priority'] };

const complete = (sluice, body, options = {}) =>
  request(sluice, '/v1/completions', { method: 'POST', body, ...options });

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

/** A piece of a completion, or a whole one, as an upstream of the dialect gives it. */
const piece = (text, reason = null, more = {}) => ({
  id: 'cmpl-up',
  object: 'text_completion',
  created: 1700000000,
  model: 'up-1',
  choices: [{ text, index: 0, logprobs: null, finish_reason: reason }],
  ...more,
});

const textAnswer =
  (...words) =>
  ({ json: asked }) =>
    asked.stream
      ? sse([
          ...words.map((text) => piece(text)),
          piece('', 'stop'),
          ...(asked.stream_options?.include_usage
            ? [piece('', null, { choices: [], usage })]
            : []),
          done,
        ])
      : json(piece(words.join(''), 'stop', { usage }));

async function all(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}
const textOf = (chunks) => chunks.map((chunk) => chunk.choices[0]?.text ?? '').join('');

// `settings`: of the provider; `answers`: what its upstream says for words.
const kinds = {
  legacy: { component: 'openai', settings: { completions: 'always' }, answers: textAnswer },
  azure: { component: 'azure', settings: { completions: 'always' }, answers: textAnswer },
  openai: { component: 'openai', answers: (...words) => chatAnswer(words.join('')) },
  anthropic: { component: 'anthropic', answers: (...words) => messageAnswer(words.join('')) },
};
const cases = [];
const add = (kind, name, body) => cases.push({ kind, name: `${kind}: ${name}`, body });
const every = (name, body) => Object.keys(kinds).forEach((kind) => add(kind, name, body));
const own = (name, body) => ['legacy', 'azure'].forEach((kind) => add(kind, name, body));
const others = (name, body) => ['openai', 'anthropic'].forEach((kind) => add(kind, name, body));

every('an answer arrives whole', async ({ upstream, sluice, model, name, answers }) => {
  upstream.always(answers('Hello ', 'there'));
  const { data, response } = await openAiOf(sluice)
    .completions.create({ model, prompt: 'Say hello', max_tokens: 9 })
    .withResponse();
  assert.equal(data.choices[0].text, 'Hello there');
  assert.equal(data.choices[0].finish_reason, 'stop');
  assert.ok(data.usage.total_tokens > 0);
  assert.equal(response.headers.get('x-sluice-provider'), name);
  assert.equal(upstream.requests[0].json.max_tokens, 9);
});

every('a stream arrives', async ({ upstream, sluice, model, answers }) => {
  upstream.always(answers('Hello ', 'there'));
  const asked = { model, prompt: 'Say hello', stream: true };
  const chunks = await all(await openAiOf(sluice).completions.create(asked));
  assert.equal(textOf(chunks), 'Hello there');
  const reasons = chunks.map((chunk) => chunk.choices[0]?.finish_reason).filter(Boolean);
  assert.deepEqual(reasons, ['stop']);
  assert.ok(chunks.every((chunk) => chunk.choices.length === 1 && !chunk.usage));
});

every('usage comes last for who asked', async ({ upstream, sluice, model, answers }) => {
  upstream.always(answers('Hello ', 'there'));
  const got = await complete(sluice, {
    model,
    prompt: 'Say hello',
    stream: true,
    stream_options: { include_usage: true },
  });
  const events = eventsOf(got.text);
  assert.equal(events.at(-1), done);
  assert.deepEqual(events.at(-2).choices, []);
  assert.ok(events.at(-2).usage.total_tokens > 0);
  assert.equal(events.filter((event) => event.usage).length, 1);
});

every('an error reaches the client', async ({ upstream, sluice, model }) => {
  const said = { message: 'not so', type: 'invalid_request_error', param: null, code: null };
  upstream.always(fail(400, said));
  const got = await complete(sluice, { model, prompt: 'a' });
  checkError('error', got.json);
  assertError(got, 400, { message: /not so/ });
});

own('the body goes out as it came but for the model', async ({ upstream, sluice, model, name }) => {
  upstream.always(textAnswer('a'));
  const sent =
    `{ "prompt" : "def f(","suffix":")", "model":"${model}","echo":true,"best_of":2,` +
    '"logprobs":1,"x":1.0}';
  const got = await complete(sluice, sent);
  assert.equal(got.status, 200, got.text);
  assertGivenBy(got, { provider: name, model: 'm1', attempts: 1 });
  assert.deepEqual(got.json, piece('a', 'stop', { usage }));
  assert.equal(upstream.requests[0].body.toString(), sent.replace(model, 'm1'));
  assert.match(upstream.requests[0].path, /[^t]\/completions(\?|$)/);
  await sluice.logLine(`"provider":"${name}"`, '"input_tokens":3', '"output_tokens":2');
});

add('legacy', 'several prompts and tokens go on', async ({ upstream, sluice, model }) => {
  const choices = ['a', 'b'].map((text, index) => ({ text, index, finish_reason: 'stop' }));
  upstream.always(json(piece('', null, { choices })));
  for (const prompt of [
    ['one', 'two'],
    [[1, 2], [3]],
  ]) {
    const got = await complete(sluice, { model, prompt });
    assert.equal(got.status, 200, got.text);
    assert.deepEqual(got.json.choices, choices);
    assert.deepEqual(upstream.requests.at(-1).json.prompt, prompt);
  }
});

// What comes behind the first word comes when the client has that word.
async function assertBreaksOff(upstream, sluice, model, first, rest) {
  const gate = makeGate();
  upstream.always(sse([...first, until(gate), ...rest]));
  const stream = await openAiOf(sluice).completions.create({ model, prompt: 'x', stream: true });
  await assert.rejects(async () => {
    for await (const chunk of stream) if (textOf([chunk])) gate.open();
  }, OpenAI.APIError);
}

add('legacy', 'a stream without a finish reason fails', ({ upstream, sluice, model }) =>
  assertBreaksOff(upstream, sluice, model, [piece('a')], [done]),
);

others('the prompt is the one message of a chat', async (given) => {
  const { upstream, sluice, model, answers, name } = given;
  upstream.always(answers('Hi'));
  for (const prompt of ['Say "hi"\n', ['Say "hi"\n']]) {
    const got = await complete(sluice, {
      model,
      prompt,
      max_tokens: 7,
      temperature: 0.5,
      stop: ['x'],
      best_of: 1,
      logprobs: null,
      echo: false,
      suffix: '',
    });
    assert.equal(got.status, 200, got.text);
    check('answer', got.json);
    assertGivenBy(got, { provider: name, model: 'm1', attempts: 1 });
    assert.equal(got.headers['x-sluice-dropped'], undefined);
    const sent = upstream.requests.at(-1).json;
    assert.equal(sent.messages.length, 1);
    assert.equal(sent.messages[0].role, 'user');
    const { content } = sent.messages[0];
    assert.equal(Array.isArray(content) ? content[0].text : content, 'Say "hi"\n');
    assert.equal(sent.max_tokens, 7);
    assert.equal(sent.temperature, 0.5);
    for (const gone of ['prompt', 'echo', 'suffix', 'best_of', 'logprobs']) {
      assert.ok(!(gone in sent), gone);
    }
  }
});

others('each event is in the form of the dialect', async ({ upstream, sluice, model, answers }) => {
  upstream.always(answers('Hello ', 'there'));
  const got = await complete(sluice, { model, prompt: 'x', stream: true });
  assert.match(got.headers['content-type'], /^text\/event-stream/);
  const events = eventsOf(got.text);
  assert.equal(events.pop(), done);
  for (const event of events) check('event', event);
  assert.equal(new Set(events.map((event) => event.id)).size, 1);
  assert.equal(textOf(events), 'Hello there');
});

others('what a chat cannot give is refused by name', async ({ upstream, sluice, model }) => {
  for (const [more, param] of [
    [{ prompt: ['a', 'b'] }, 'prompt'],
    [{ prompt: [1, 2] }, 'prompt'],
    [{ prompt: null }, 'prompt'],
    [{ suffix: 'end' }, 'suffix'],
    [{ echo: true }, 'echo'],
    [{ logprobs: 2 }, 'logprobs'],
  ]) {
    const got = await complete(sluice, { model, prompt: 'a', ...more });
    checkError('error', got.json);
    assertError(got, 400, { param, code: 'unsupported_parameter' });
  }
  assert.equal(upstream.requests.length, 0);
});

others('a hint is left out and told', async ({ upstream, sluice, model, answers }) => {
  upstream.always(answers('Hi'));
  const got = await complete(sluice, { model, prompt: 'a', best_of: 3 });
  assert.equal(got.status, 200, got.text);
  assert.equal(got.headers['x-sluice-dropped'], 'best_of');
});

add('openai', 'words come one by one, thoughts not at all', async ({ upstream, sluice, model }) => {
  const gate = makeGate();
  const thought = delta({ reasoning_content: 'hm' });
  upstream.always(sse([role, thought, word('Hello '), until(gate), word('there'), finish, done]));
  const stream = await openAiOf(sluice).completions.create({ model, prompt: 'x', stream: true });
  const chunks = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    if (textOf(chunks) === 'Hello ') gate.open();
  }
  assert.equal(textOf(chunks), 'Hello there');
});

add('openai', 'several choices come', async ({ upstream, sluice, model }) => {
  const [choice] = completion('a').choices;
  const cut = { ...choice, index: 1, finish_reason: 'length' };
  upstream.always(json(completion('', { choices: [choice, cut] })));
  const got = await complete(sluice, { model, prompt: 'x', n: 2 });
  check('answer', got.json);
  assert.deepEqual(
    got.json.choices.map((one) => one.finish_reason),
    ['stop', 'length'],
  );
  assert.equal(upstream.requests[0].json.n, 2);
});

add('openai', 'a stream that breaks off throws', ({ upstream, sluice, model }) => {
  const gone = { error: { message: 'gone', type: 'server_error' } };
  return assertBreaksOff(upstream, sluice, model, [role, word('Hello ')], [gone]);
});

table(
  'legacy completions with the official client',
  cases,
  async (stage) => {
    const providers = {};
    for (const [number, item] of cases.entries()) {
      item.upstream = await stage.upstream();
      item.provider = `a${number}`;
      const { component, settings = {} } = kinds[item.kind];
      const { baseUrl } = item.upstream;
      providers[item.provider] = {
        component,
        base_url: component === 'azure' ? baseUrl.replace('/v1', '') : baseUrl,
        keys: ['sk-upstream'],
        settings,
      };
    }
    return stage.sluice({ plugins, providers });
  },
  (sluice, { body, upstream, provider: name, kind }) =>
    body({ sluice, upstream, model: `${name}/m1`, name, ...kinds[kind] }),
);

scenario('models that know nothing else are asked as they want', async (stage) => {
  const upstream = await stage.upstream();
  upstream.always((asked) =>
    asked.path.includes('chat') ? chatAnswer('a chat')(asked) : textAnswer('a text')(asked),
  );
  const one = { component: 'openai', base_url: upstream.baseUrl, keys: ['sk-upstream'] };
  const sluice = await stage.sluice({
    plugins,
    providers: { auto: one, never: { ...one, settings: { completions: 'never' } } },
  });
  for (const [model, text] of [
    ['auto/gpt-3.5-turbo-instruct', 'a text'],
    ['auto/ft:davinci-002:us::1', 'a text'],
    ['auto/gpt-4o', 'a chat'],
    ['never/gpt-3.5-turbo-instruct', 'a chat'],
  ]) {
    const got = await complete(sluice, { model, prompt: 'x' });
    assert.equal(got.json?.choices[0].text, text, `${model}: ${got.text}`);
  }
});

scenario('a virtual model may mix both ways', async (stage) => {
  const [first, second] = [await stage.upstream(), await stage.upstream()];
  first.always(fail(500));
  second.always(chatAnswer('from a chat'));
  const keys = ['sk-upstream'];
  const settings = { completions: 'always' };
  const sluice = await stage.sluice({
    plugins,
    providers: {
      legacy: { component: 'openai', base_url: first.baseUrl, keys, settings },
      chats: { component: 'openai', base_url: second.baseUrl, keys },
    },
    virtual_models: { either: virtual('legacy/m1', 'chats/m2') },
  });
  const got = await complete(sluice, { model: 'either', prompt: 'x' });
  check('answer', got.json);
  assert.equal(got.json.choices[0].text, 'from a chat');
  assertGivenBy(got, { provider: 'chats', model: 'm2', attempts: 3 });
  assert.equal(first.requests[0].path, '/v1/completions');
});

scenario('the demo answers, and what is wrong with a request is said', async (stage) => {
  const sluice = await stage.sluice({});
  const got = await complete(sluice, { model: 'demo/echo', prompt: 'Hello, Sluice' });
  check('answer', got.json);
  assert.equal(got.json.choices[0].text, 'Hello, Sluice');
  for (const [body, param] of [
    [{ model: 'm' }, 'prompt'],
    [{ prompt: 'a' }, 'model'],
    [{ model: 'm', prompt: [] }, 'prompt'],
    [{ model: 'm', prompt: ['a', 1] }, 'prompt'],
    [{ model: 'm', prompt: 'a', stream: 'yes' }, 'stream'],
  ]) {
    const wrong = await complete(sluice, body);
    checkError('error', wrong.json);
    assertError(wrong, 400, { type: 'invalid_request_error', param });
  }
});
