// Ollama's own API: lines of JSON. Calls have no ids, come on lines of their own, and end with `stop`.
import { json } from '../answers.js';
import { asked, completionOf, joined, members, must, promptOf, words } from '../neutral.js';

// The type is not told; the client's is a PNG.
const imageOf = (data) => ({ image: { type: 'image/png', data } });

function readSaid(message, where) {
  members(message, where, ['role', 'content'], ['thinking', 'tool_calls']);
  const calls = (message.tool_calls ?? []).map((call) => {
    members(call, where, ['function'], ['id']);
    const { name, arguments: args } = members(
      call.function,
      where,
      ['name', 'arguments'],
      ['index'],
    );
    must(typeof args === 'object', `${where}: arguments are an object`);
    return { name, arguments: args };
  });
  const said = { text: message.content, calls };
  if (message.thinking) said.reasoning = message.thinking;
  return { said };
}

function readMessages(messages) {
  const system = [];
  const turns = [];
  let names = [];
  messages.forEach((message, place) => {
    const where = `messages[${place}]`;
    if (message.role === 'system') {
      system.push(members(message, where, ['role', 'content']).content);
    } else if (message.role === 'user') {
      const { content, images } = members(message, where, ['role', 'content'], ['images']);
      turns.push({ user: content, ...(images && imageOf(images[0])) });
    } else if (message.role === 'assistant') {
      turns.push(readSaid(message, where));
      names = turns.at(-1).said.calls.map(({ name }) => name);
    } else {
      must(message.role === 'tool', `${where}.role`);
      members(message, where, ['role', 'content', 'tool_name'], ['tool_call_id']);
      must(message.tool_name === names.shift(), `${where}: the name of its call`);
      if (!turns.at(-1).results) turns.push({ results: [] });
      turns.at(-1).results.push({ text: message.content });
    }
  });
  return { system: joined(system), turns };
}

function readTool(tool) {
  members(tool, 'tool', ['type', 'function']);
  return members(tool.function, 'function', ['name', 'parameters'], ['description']);
}

const counts = (usage) => ({
  total_duration: 883_583_458,
  load_duration: 1_334_875,
  prompt_eval_count: promptOf(usage),
  prompt_eval_duration: 342_546_000,
  eval_count: completionOf(usage),
  eval_duration: 535_599_000,
});

const made = (model, message, more) => ({
  model,
  created_at: '2026-01-01T12:00:00.000000001Z',
  message: { role: 'assistant', content: '', ...message },
  ...more,
});
const line = (model, message, more = { done: false }) =>
  `${JSON.stringify(made(model, message, more))}\n`;

const callOf = ({ name, arguments: args }, index) => ({
  function: { index, name, arguments: args },
});
const endOf = (answer) => ({
  done: true,
  done_reason: answer.finish === 'length' ? 'length' : 'stop',
  ...counts(answer.usage),
});

const refused = (status, error, headers) => json({ error }, { status, headers });

export const ollama = {
  component: 'ollama',
  base: '',
  key: 'ollama-key',
  model: 'qwen3',
  told: [],
  ids: false,
  back: ['reasoning'],
  switches: true, // thinking is on or off: how much is left out
  streamType: 'application/x-ndjson',
  read(request) {
    asked(request, '/api/chat', { authorization: 'Bearer ollama-key' });
    const body = members(
      request.json,
      'body',
      ['model', 'messages', 'stream'],
      ['tools', 'format', 'think', 'options'],
    );
    const options = members(
      body.options ?? {},
      'options',
      [],
      ['num_predict', 'temperature', 'stop'],
    );
    return {
      model: body.model,
      stream: body.stream,
      ...readMessages(body.messages),
      tools: (body.tools ?? []).map(readTool),
      choice: 'auto',
      schema: body.format,
      thinks: body.think ?? false,
      limit: options.num_predict,
      temperature: options.temperature,
      stop: options.stop,
    };
  },
  whole(answer, { model }) {
    const { text: content, reasoning: thinking, calls } = answer;
    const message = { content, ...(thinking && { thinking }) };
    if (calls.length) message.tool_calls = calls.map(callOf);
    return json(made(model, message, endOf(answer)));
  },
  frames(answer, { model }) {
    return {
      said: [
        ...words(answer.reasoning).map((thinking) => line(model, { thinking })),
        ...words(answer.text).map((content) => line(model, { content })),
        ...answer.calls.map((call, index) => line(model, { tool_calls: [callOf(call, index)] })),
      ],
      ending: [line(model, {}, endOf(answer))],
    };
  },
  trouble: () => [
    `${JSON.stringify({ error: 'an error was encountered while running the model' })}\n`,
  ],
  refusals: {
    rate: () => refused(429, 'too many requests', { 'retry-after': '31' }),
    key: () => refused(401, 'unauthorized'),
    long: () => refused(400, 'the input length exceeds the context length'),
    fire: () => refused(500, 'on fire'),
  },
};
