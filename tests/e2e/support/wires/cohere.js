// Cohere's API, version 2. The tokens of a prompt and an answer are told twice; those that are
// billed are fewer.
import { event, json } from '../answers.js';
import {
  asked,
  completionOf,
  halves,
  imageOf,
  joined,
  members,
  must,
  promptOf,
  words,
} from '../neutral.js';

function textOf(content, where) {
  if (typeof content === 'string') return content;
  return (content ?? [])
    .map((part) => {
      must(part.type === 'text', `${where}: a text`);
      return members(part, where, ['type', 'text']).text;
    })
    .join('');
}

function readUser(content, where) {
  if (typeof content === 'string') return { user: content };
  const turn = { user: '' };
  for (const part of content) {
    if (part.type === 'image_url') {
      members(part, where, ['type', 'image_url']);
      Object.assign(turn, imageOf(members(part.image_url, where, ['url'], ['detail']).url));
    } else turn.user += textOf([part], where);
  }
  return turn;
}

function readSaid(message, where) {
  members(message, where, ['role'], ['content', 'tool_calls', 'tool_plan']);
  const calls = (message.tool_calls ?? []).map((call) => {
    members(call, where, ['id', 'type', 'function']);
    const { name, arguments: args } = members(call.function, where, ['name', 'arguments']);
    return { id: call.id, name, arguments: JSON.parse(args) };
  });
  const said = { text: textOf(message.content, where), calls };
  if (message.tool_plan) said.reasoning = message.tool_plan;
  return { said };
}

function readMessages(messages) {
  const system = [];
  const turns = [];
  messages.forEach((message, place) => {
    const where = `messages[${place}]`;
    if (message.role === 'system') {
      members(message, where, ['role', 'content']);
      system.push(textOf(message.content, where));
    } else if (message.role === 'user') {
      turns.push(readUser(members(message, where, ['role', 'content']).content, where));
    } else if (message.role === 'assistant') {
      turns.push(readSaid(message, where));
    } else {
      must(message.role === 'tool', `${where}.role`);
      members(message, where, ['role', 'tool_call_id', 'content']);
      if (!turns.at(-1).results) turns.push({ results: [] });
      const text = textOf(message.content, where);
      turns.at(-1).results.push({ id: message.tool_call_id, text });
    }
  });
  return { system: joined(system), turns };
}

function readTool(tool) {
  members(tool, 'tool', ['type', 'function']);
  return members(tool.function, 'function', ['name', 'parameters'], ['description']);
}

function readFormat(format) {
  if (format === undefined) return undefined;
  must(format.type === 'json_object', 'response_format.type');
  return members(format, 'response_format', ['type', 'json_schema']).json_schema;
}

function readThinking(thinking) {
  if (thinking === undefined) return false;
  return members(thinking, 'thinking', ['type'], ['token_budget']).type === 'enabled';
}

const usageOf = (usage) => ({
  billed_units: { input_tokens: 1, output_tokens: 1 },
  tokens: { input_tokens: promptOf(usage), output_tokens: completionOf(usage) },
});
const reasons = { stop: 'COMPLETE', tool_calls: 'TOOL_CALL', length: 'MAX_TOKENS' };

const callOf = ({ id, name, arguments: args }) => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify(args) },
});

const delta = (type, index, message) => ({ type, index, delta: { message } });

function contentEvents(kind, text, index) {
  if (!text) return [];
  return [
    delta('content-start', index, { content: { type: kind, [kind]: '' } }),
    ...words(text).map((word) => delta('content-delta', index, { content: { [kind]: word } })),
    { type: 'content-end', index },
  ];
}

// The calls of a delta are one object, not a list.
function callEvents(call, index) {
  const { id, type, function: made } = callOf(call);
  const piece = (args) =>
    delta('tool-call-delta', index, { tool_calls: { function: { arguments: args } } });
  const first = { id, type, function: { name: made.name, arguments: '' } };
  return [
    delta('tool-call-start', index, { tool_calls: first }),
    ...halves(made.arguments).map(piece),
    { type: 'tool-call-end', index },
  ];
}

const named = (payload) => `event: ${payload.type}\n${event(payload)}`;
const refused = (status, message, headers = {}) =>
  json({ id: 'up', message }, { status, headers: { 'x-debug-trace-id': 'up', ...headers } });

export const cohere = {
  component: 'cohere',
  base: '',
  key: 'co-key',
  model: 'command-a-reasoning-08-2025',
  seer: 'command-a-vision-07-2025',
  told: [],
  ids: true,
  fetches: true,
  back: ['reasoning'],
  streamType: 'text/event-stream',
  read(request) {
    asked(request, '/v2/chat', { authorization: 'Bearer co-key' });
    const body = members(
      request.json,
      'body',
      ['model', 'messages', 'stream'],
      [
        'tools',
        'tool_choice',
        'response_format',
        'thinking',
        'max_tokens',
        'strict_tools',
        'temperature',
        'stop_sequences',
      ],
    );
    return {
      model: body.model,
      stream: body.stream,
      ...readMessages(body.messages),
      tools: (body.tools ?? []).map(readTool),
      choice: (body.tool_choice ?? 'AUTO').toLowerCase(),
      schema: readFormat(body.response_format),
      thinks: readThinking(body.thinking),
      limit: body.max_tokens,
      temperature: body.temperature,
      stop: body.stop_sequences,
    };
  },
  whole(answer) {
    const { text, reasoning, calls, finish, usage } = answer;
    const message = { role: 'assistant' };
    const content = [];
    if (reasoning && !calls.length) content.push({ type: 'thinking', thinking: reasoning });
    if (text) content.push({ type: 'text', text });
    if (content.length) message.content = content;
    if (reasoning && calls.length) message.tool_plan = reasoning;
    if (calls.length) message.tool_calls = calls.map(callOf);
    return json({ id: 'up', message, finish_reason: reasons[finish], usage: usageOf(usage) });
  },
  frames(answer) {
    const { text, reasoning, calls, finish, usage } = answer;
    const message = {
      role: 'assistant',
      content: [],
      tool_plan: '',
      tool_calls: [],
      citations: [],
    };
    const plan = calls.length ? words(reasoning) : [];
    const thoughts = contentEvents('thinking', calls.length ? '' : reasoning, 0);
    const end = { finish_reason: reasons[finish], usage: usageOf(usage) };
    return {
      said: [
        { id: 'up', type: 'message-start', delta: { message } },
        ...plan.map((word) => ({
          type: 'tool-plan-delta',
          delta: { message: { tool_plan: word } },
        })),
        ...thoughts,
        ...contentEvents('text', text, thoughts.length ? 1 : 0),
        ...calls.flatMap(callEvents),
      ].map(named),
      ending: [named({ type: 'message-end', delta: end }), event('[DONE]')],
    };
  },
  trouble: () => [
    named({ type: 'message-end', delta: { finish_reason: 'ERROR', error: 'the model broke' } }),
    event('[DONE]'),
  ],
  refusals: {
    rate: () => refused(429, 'Please wait and try again later', { 'retry-after': '31' }),
    key: () => refused(401, 'invalid api token'),
    long: () =>
      refused(
        400,
        'too many tokens: total number of tokens in the prompt cannot exceed 128000 - received 150000.',
      ),
    fire: () => refused(500, 'on fire'),
  },
};
