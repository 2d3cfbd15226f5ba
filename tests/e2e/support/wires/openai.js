// OpenAI's Chat Completions, as OpenAI and the many that are like it speak it.
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

const sampling = ['temperature', 'stop'];

function readUser(content, where) {
  if (typeof content === 'string') return { user: content };
  const turn = { user: '' };
  for (const part of content) {
    if (part.type === 'text') turn.user += members(part, where, ['type', 'text']).text;
    else if (part.type === 'image_url') {
      members(part, where, ['type', 'image_url']);
      Object.assign(turn, imageOf(members(part.image_url, where, ['url'], ['detail']).url));
    } else must(false, `${where}: no part ${part.type}`);
  }
  return turn;
}

function textOf(content, where) {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => members(part, where, ['type', 'text']).text).join('');
}

function readCall(call, where) {
  members(call, where, ['id', 'type', 'function']);
  must(call.type === 'function', `${where}.type`);
  members(call.function, where, ['name', 'arguments']);
  const { name, arguments: text } = call.function;
  return { id: call.id, name, arguments: JSON.parse(text) };
}

/** The conversation: {system, turns}. */
export function readMessages(messages) {
  const system = [];
  const turns = [];
  messages.forEach((message, place) => {
    const where = `messages[${place}]`;
    const { role } = message;
    if (role === 'system' || role === 'developer') {
      members(message, where, ['role', 'content']);
      system.push(textOf(message.content, where));
    } else if (role === 'user') {
      members(message, where, ['role', 'content']);
      turns.push(readUser(message.content, where));
    } else if (role === 'tool') {
      members(message, where, ['role', 'content', 'tool_call_id']);
      if (!turns.at(-1).results) turns.push({ results: [] });
      const result = { id: message.tool_call_id, text: textOf(message.content, where) };
      turns.at(-1).results.push(result);
    } else {
      must(role === 'assistant', `${where}.role`);
      members(message, where, ['role', 'content'], ['tool_calls', 'refusal', 'annotations']);
      const calls = (message.tool_calls ?? []).map(readCall);
      turns.push({ said: { text: textOf(message.content, where), calls } });
    }
  });
  return { system: joined(system), turns };
}

export function readTool(tool) {
  members(tool, 'tool', ['type', 'function']);
  must(tool.type === 'function', 'tool.type');
  const { name, description, parameters } = members(
    tool.function,
    'tool.function',
    ['name'],
    ['description', 'parameters', 'strict'],
  );
  return { name, description, parameters };
}

function readFormat(format) {
  members(format, 'response_format', ['type', 'json_schema']);
  must(format.type === 'json_schema', 'response_format.type');
  const wanted = members(format.json_schema, 'json_schema', ['name', 'schema'], ['strict']);
  return wanted.schema;
}

/** The question of a body of this dialect. `limits`: the names of the limit, one of them. */
export function readBody(body, limits = ['max_tokens', 'max_completion_tokens']) {
  const optional = ['stream', 'stream_options', 'tools', 'tool_choice', 'parallel_tool_calls'];
  members(
    body,
    'body',
    ['messages'],
    ['model', 'response_format', 'reasoning_effort', ...limits, ...optional, ...sampling],
  );
  const stream = body.stream ?? false;
  must(!stream || body.stream_options.include_usage === true, 'usage is asked for');
  must(stream || body.stream_options === undefined, 'stream_options without a stream');
  return {
    model: body.model,
    stream,
    ...readMessages(body.messages),
    tools: (body.tools ?? []).map(readTool),
    choice: body.tool_choice ?? 'auto',
    schema: body.response_format && readFormat(body.response_format),
    thinks: body.reasoning_effort !== undefined,
    limit: body.max_completion_tokens ?? body.max_tokens,
    temperature: body.temperature,
    stop: body.stop,
  };
}

const usageOf = (usage) => ({
  prompt_tokens: promptOf(usage),
  completion_tokens: completionOf(usage),
  total_tokens: promptOf(usage) + completionOf(usage),
  prompt_tokens_details: { cached_tokens: usage.cacheRead, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: usage.reasoning,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
});

const callOf = ({ id, name, arguments: args }) => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify(args) },
});

export const told = ['cacheRead', 'reasoning'];

/** A whole answer; `more` goes into its choice. */
export function whole(answer, model, more = {}) {
  const message = {
    role: 'assistant',
    content: answer.text || null,
    refusal: null,
    annotations: [],
  };
  if (answer.reasoning) message.reasoning_content = answer.reasoning;
  if (answer.calls.length) message.tool_calls = answer.calls.map(callOf);
  return {
    id: 'chatcmpl-up',
    object: 'chat.completion',
    created: 1_700_000_000,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: answer.finish, ...more }],
    usage: usageOf(answer.usage),
    service_tier: 'default',
    system_fingerprint: 'fp_up',
  };
}

export function chunkOf(model, delta, finish = null) {
  return {
    id: 'chatcmpl-up',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model,
    service_tier: 'default',
    system_fingerprint: 'fp_up',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    usage: null,
    obfuscation: 'aB3',
  };
}

// The pieces of several calls come mixed.
function callDeltas(calls) {
  const piece = (index, fields) => ({ tool_calls: [{ index, ...fields }] });
  const parts = calls.map(({ arguments: args }) => halves(JSON.stringify(args)));
  return [
    ...calls.map(({ id, name }, index) =>
      piece(index, { id, type: 'function', function: { name, arguments: '' } }),
    ),
    ...[0, 1].flatMap((half) =>
      parts.map((both, index) => piece(index, { function: { arguments: both[half] } })),
    ),
  ];
}

/** The events of a stream: what is said, and what ends it, without [DONE]. */
export function events(answer, model) {
  const chunk = (delta, finish) => chunkOf(model, delta, finish);
  const content = answer.calls.length ? null : '';
  return {
    said: [
      chunk({ role: 'assistant', content, refusal: null }),
      ...words(answer.reasoning).map((text) => chunk({ reasoning_content: text })),
      ...words(answer.text).map((text) => chunk({ content: text })),
      ...callDeltas(answer.calls).map((delta) => chunk(delta)),
    ],
    ending: [chunk({}, answer.finish), { ...chunk({}), choices: [], usage: usageOf(answer.usage) }],
  };
}

export const errorOf = (message, type, code, param = null) => ({
  error: { message, type, param, code },
});

const refused = (status, error, headers = {}) =>
  json(error, { status, headers: { 'x-request-id': 'req_up', ...headers } });

/** Answers that are none, by what is the matter. */
export const refusals = {
  rate: () =>
    refused(429, errorOf('Rate limit reached', 'tokens', 'rate_limit_exceeded'), {
      'retry-after': '31',
    }),
  key: () => refused(401, errorOf('Incorrect API key', 'invalid_request_error', 'invalid_api_key')),
  long: () =>
    refused(
      400,
      errorOf('Too long', 'invalid_request_error', 'context_length_exceeded', 'messages'),
    ),
  fire: () => refused(500, errorOf('on fire', 'server_error', null)),
};

/** What clients keep of other makers' answers, and is refused here. */
export const keptOfOthers = [
  'messages.reasoning_content',
  'messages.reasoning_details',
  'messages.tool_calls.extra_content',
];

export const openai = {
  component: 'openai',
  settings: { omit: keptOfOthers },
  strict: true,
  base: '/v1',
  key: 'sk-upstream',
  model: 'gpt-5.2',
  told,
  ids: true,
  fetches: true,
  filters: true,
  speaks: ['chat'],
  streamType: 'text/event-stream; charset=utf-8',
  read(request) {
    asked(request, '/v1/chat/completions', { authorization: 'Bearer sk-upstream' });
    return readBody(request.json);
  },
  whole: (answer, { model }) => json(whole(answer, model)),
  frames(answer, { model }) {
    const { said, ending } = events(answer, model);
    return {
      said: said.map((one) => event(one)),
      ending: [...ending, '[DONE]'].map((one) => event(one)),
    };
  },
  trouble: () => [event(errorOf('The server had an error', 'server_error', null))],
  refusals,
};
