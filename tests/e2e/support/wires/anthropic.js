// Anthropic's Messages API, which refuses every member that it does not know.
import { json } from '../answers.js';
import { asked, assertThought, halves, joined, members, must, words } from '../neutral.js';

const cache = ['cache_control'];

function textOf(content, where) {
  if (typeof content === 'string') return content;
  return (content ?? [])
    .map((part) => {
      must(part.type === 'text', `${where}: a text`);
      return members(part, where, ['type', 'text'], cache).text;
    })
    .join('');
}

function readUser(blocks, where) {
  const results = [];
  const turn = { user: '' };
  let other = false;
  for (const block of blocks) {
    if (block.type === 'tool_result') {
      must(!other, `${where}: results stand first`);
      members(block, where, ['type', 'tool_use_id'], ['content', 'is_error', ...cache]);
      results.push({ id: block.tool_use_id, text: textOf(block.content, where) });
      continue;
    }
    other = true;
    if (block.type === 'text') {
      turn.user += members(block, where, ['type', 'text'], cache).text;
      continue;
    }
    must(block.type === 'image', `${where}: no block ${block.type}`);
    const { source } = members(block, where, ['type', 'source'], cache);
    if (source.type === 'base64') {
      const { media_type: type, data } = members(source, where, ['type', 'media_type', 'data']);
      turn.image = { type, data };
    } else turn.image = { url: members(source, where, ['type', 'url']).url };
  }
  return [...(results.length ? [{ results }] : []), ...(other ? [turn] : [])];
}

function readSaid(blocks, where) {
  const said = { text: '', calls: [] };
  blocks.forEach((block, place) => {
    if (block.type === 'thinking') {
      must(place === 0, `${where}: thoughts come first`);
      members(block, where, ['type', 'thinking', 'signature']);
      Object.assign(said, { reasoning: block.thinking, signature: block.signature });
    } else if (block.type === 'tool_use') {
      members(block, where, ['type', 'id', 'name', 'input'], cache);
      said.calls.push({ id: block.id, name: block.name, arguments: block.input });
    } else said.text += textOf([block], where);
  });
  return [{ said }];
}

function readTurns(messages) {
  let before = 'assistant';
  return messages.flatMap((message, place) => {
    const where = `messages[${place}]`;
    const { role, content } = members(message, where, ['role', 'content']);
    must(['user', 'assistant'].includes(role) && role !== before, `${where}.role: ${role}`);
    before = role;
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    return role === 'user' ? readUser(blocks, where) : readSaid(blocks, where);
  });
}

function readTool(tool) {
  members(tool, 'tool', ['name', 'input_schema'], ['description', 'type', 'strict', ...cache]);
  must(tool.input_schema.type === 'object', 'input_schema is of an object');
  return { name: tool.name, description: tool.description, parameters: tool.input_schema };
}

function readChoice(choice) {
  if (choice === undefined) return 'auto';
  members(choice, 'tool_choice', ['type'], ['name', 'disable_parallel_tool_use']);
  return choice.type === 'any' ? 'required' : choice.type;
}

function readThinking(body) {
  if (body.thinking === undefined || body.thinking.type === 'disabled') return false;
  const { type, budget_tokens: budget } = members(body.thinking, 'thinking', [
    'type',
    'budget_tokens',
  ]);
  must(
    type === 'enabled' && budget >= 1024 && budget < body.max_tokens,
    'a budget below the limit',
  );
  return true;
}

function readFormat({ format } = {}) {
  if (format === undefined) return undefined;
  const { type, schema } = members(format, 'format', ['type', 'schema']);
  must(type === 'json_schema' && schema.additionalProperties === false, 'a closed schema');
  return schema;
}

const usageOf = ({ input, cacheRead, cacheWrite }, output) => ({
  input_tokens: input,
  cache_creation_input_tokens: cacheWrite,
  cache_read_input_tokens: cacheRead,
  cache_creation: { ephemeral_5m_input_tokens: cacheWrite, ephemeral_1h_input_tokens: 0 },
  output_tokens: output,
  service_tier: 'standard',
});

const stops = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  content_filter: 'refusal',
};

const messageOf = (content, model, more) => ({
  id: 'msg_up',
  type: 'message',
  role: 'assistant',
  model,
  content,
  stop_reason: null,
  stop_sequence: null,
  ...more,
});

// Blocks with the deltas that they are streamed in. Data lines have blanks before their end.
const sent = (payload) =>
  `event: ${payload.type}\ndata: ${JSON.stringify(payload).slice(0, -1)}   }\n\n`;

function blocksOf({ reasoning, signature, text, calls }) {
  const made = [];
  if (reasoning) {
    const deltas = words(reasoning).map((thinking) => ({ type: 'thinking_delta', thinking }));
    deltas.push({ type: 'signature_delta', signature });
    made.push({ block: { type: 'thinking', thinking: reasoning, signature }, deltas });
  }
  if (text) {
    const deltas = words(text).map((word) => ({ type: 'text_delta', text: word }));
    made.push({ block: { type: 'text', text }, deltas });
  }
  for (const { id, name, arguments: input } of calls) {
    // A call without arguments is streamed as an empty piece alone.
    const pieces = Object.keys(input).length ? halves(JSON.stringify(input)) : [];
    const deltas = ['', ...pieces].map((partial_json) => ({
      type: 'input_json_delta',
      partial_json,
    }));
    made.push({ block: { type: 'tool_use', id, name, input }, deltas });
  }
  return made;
}

const empty = {
  thinking: { thinking: '', signature: '' },
  text: { text: '' },
  tool_use: { input: {} },
};

function blockEvents({ block, deltas }, index) {
  return [
    { type: 'content_block_start', index, content_block: { ...block, ...empty[block.type] } },
    { type: 'ping' },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

const errorOf = (type, message) => ({
  type: 'error',
  error: { details: null, type, message },
  request_id: 'req_up',
});
const refused = (status, type, message, headers = {}) =>
  json(errorOf(type, message), { status, headers: { 'request-id': 'req_up', ...headers } });

export const anthropic = {
  component: 'anthropic',
  base: '/v1',
  key: 'sk-ant',
  model: 'claude-sonnet-4-5',
  told: ['cacheRead', 'cacheWrite'],
  ids: true,
  fetches: true,
  filters: true,
  maker: 'anthropic',
  own: 'messages',
  back: ['reasoning', 'signature'],
  streamType: 'text/event-stream; charset=utf-8',
  read(request) {
    const headers = { 'x-api-key': 'sk-ant', 'anthropic-version': '2023-06-01' };
    asked(request, '/v1/messages', headers);
    const body = members(
      request.json,
      'body',
      ['model', 'max_tokens', 'messages'],
      [
        'system',
        'stream',
        'tools',
        'tool_choice',
        'thinking',
        'output_config',
        'temperature',
        'stop_sequences',
      ],
    );
    const system =
      typeof body.system === 'string'
        ? body.system
        : body.system?.map((part) => textOf([part], 'system'));
    const turns = readTurns(body.messages);
    assertThought(turns, readThinking(body));
    return {
      model: body.model,
      stream: body.stream ?? false,
      system: joined([system ?? []].flat()),
      turns,
      tools: (body.tools ?? []).map(readTool),
      choice: readChoice(body.tool_choice),
      schema: readFormat(body.output_config),
      thinks: readThinking(body),
      limit: body.max_tokens,
      temperature: body.temperature,
      stop: body.stop_sequences,
    };
  },
  whole(answer, { model }) {
    const blocks = blocksOf(answer).map(({ block }) => block);
    const usage = usageOf(answer.usage, answer.usage.output + answer.usage.reasoning);
    const more = { stop_reason: stops[answer.finish], usage };
    return json(messageOf(blocks, model, more), { headers: { 'request-id': 'req_up' } });
  },
  frames(answer, { model }) {
    const { output, reasoning } = answer.usage;
    const message = messageOf([], model, { usage: usageOf(answer.usage, 1) });
    const blocks = blocksOf(answer).flatMap(blockEvents);
    const delta = { stop_reason: stops[answer.finish], stop_sequence: null };
    const usage = usageOf(answer.usage, output + reasoning);
    return {
      said: [{ type: 'message_start', message }, ...blocks].map(sent),
      ending: [{ type: 'message_delta', delta, usage }, { type: 'message_stop' }].map(sent),
    };
  },
  trouble: () => [sent(errorOf('overloaded_error', 'Overloaded'))],
  refusals: {
    rate: () => refused(429, 'rate_limit_error', 'Too many requests', { 'retry-after': '31' }),
    key: () =>
      refused(401, 'authentication_error', 'invalid x-api-key', { 'x-should-retry': 'false' }),
    long: () =>
      refused(400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
    fire: () => refused(500, 'api_error', 'on fire'),
  },
};
