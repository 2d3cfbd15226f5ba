// Amazon Bedrock's Converse and ConverseStream, signed; streams are binary frames. Claude answers
// there. Schemas are asked for by a tool that must be called.
import { json } from '../answers.js';
import { event, exception } from '../event_stream.js';
import {
  assertThought,
  completionOf,
  halves,
  joined,
  members,
  must,
  promptOf,
  words,
} from '../neutral.js';
import { faultOfSignature } from '../sigv4.js';

const key = { id: 'AKIDEXAMPLE', secret: 'wJalr/UtnFEMI+K7MDENG' };
const who = { ...key, service: 'bedrock', region: 'eu-west-1' };

// A block is a union: one member.
function kindOf(block, where) {
  const kinds = Object.keys(block);
  must(kinds.length === 1, `${where}: one kind: ${kinds}`);
  return kinds[0];
}

function readUser(blocks, where) {
  const results = [];
  const turn = { user: '' };
  let other = false;
  for (const block of blocks) {
    const kind = kindOf(block, where);
    if (kind === 'toolResult') {
      must(!other, `${where}: results stand first`);
      const { toolUseId: id, content } = members(
        block.toolResult,
        where,
        ['toolUseId', 'content'],
        ['status'],
      );
      const text = content.map((part) => members(part, where, ['text']).text).join('');
      results.push({ id, text });
      continue;
    }
    other = true;
    if (kind === 'text') turn.user += block.text;
    else {
      must(kind === 'image', `${where}: no ${kind}`);
      const { format, source } = members(block.image, where, ['format', 'source']);
      turn.image = { type: `image/${format}`, data: members(source, where, ['bytes']).bytes };
    }
  }
  return [...(results.length ? [{ results }] : []), ...(other ? [turn] : [])];
}

function readSaid(blocks, where) {
  const said = { text: '', calls: [] };
  for (const block of blocks) {
    const kind = kindOf(block, where);
    if (kind === 'reasoningContent') {
      const { reasoningText } = members(block[kind], where, ['reasoningText']);
      members(reasoningText, where, ['text', 'signature']);
      Object.assign(said, { reasoning: reasoningText.text, signature: reasoningText.signature });
    } else if (kind === 'toolUse') {
      const { toolUseId, name, input } = members(block[kind], where, [
        'toolUseId',
        'name',
        'input',
      ]);
      said.calls.push({ id: toolUseId, name, arguments: input });
    } else {
      must(kind === 'text' && block.text.trim(), `${where}: a text that is not blank`);
      said.text += block.text;
    }
  }
  return [{ said }];
}

function readTurns(messages) {
  let before = 'assistant';
  return messages.flatMap((message, place) => {
    const where = `messages[${place}]`;
    const { role, content } = members(message, where, ['role', 'content']);
    must(['user', 'assistant'].includes(role) && role !== before, `${where}.role: ${role}`);
    before = role;
    must(content.length, `${where}: has content`);
    return role === 'user' ? readUser(content, where) : readSaid(content, where);
  });
}

function readTool(tool) {
  const spec = members(tool, 'tool', ['toolSpec']).toolSpec;
  members(spec, 'toolSpec', ['name', 'inputSchema'], ['description']);
  const parameters = members(spec.inputSchema, 'inputSchema', ['json']).json;
  return { name: spec.name, description: spec.description, parameters };
}

function readTools(config) {
  if (config === undefined) return { tools: [], choice: 'auto' };
  members(config, 'toolConfig', ['tools'], ['toolChoice']);
  const tools = config.tools.map(readTool);
  const kind = config.toolChoice ? kindOf(config.toolChoice, 'toolChoice') : 'auto';
  if (kind !== 'tool') return { tools, choice: kind === 'any' ? 'required' : kind };
  // The answer itself is asked for as the arguments of a tool.
  const [{ name, parameters }] = tools;
  must(tools.length === 1 && config.toolChoice.tool.name === name, 'the tool to call is there');
  return { tools: [], choice: 'auto', schema: parameters };
}

function readThinking(fields = {}, limit = Infinity) {
  members(fields, 'additionalModelRequestFields', [], ['thinking']);
  if (fields.thinking === undefined) return false;
  const { type, budget_tokens: budget } = members(fields.thinking, 'thinking', [
    'type',
    'budget_tokens',
  ]);
  must(type === 'enabled' && budget >= 1024 && budget < limit, 'a budget below the limit');
  return true;
}

const stops = {
  stop: 'end_turn',
  tool_calls: 'tool_use',
  length: 'max_tokens',
  content_filter: 'guardrail_intervened',
};
const usageOf = (usage) => ({
  inputTokens: usage.input,
  cacheReadInputTokens: usage.cacheRead,
  cacheWriteInputTokens: usage.cacheWrite,
  outputTokens: completionOf(usage),
  totalTokens: promptOf(usage) + completionOf(usage),
});

/** The answer as the model gives it: in a call, if that is how it was asked for. */
function givenTo(request, answer) {
  const name = request.json.toolConfig?.toolChoice?.tool?.name;
  if (!name) return answer;
  const calls = [{ id: 'tooluse_answer', name, arguments: JSON.parse(answer.text) }];
  return { ...answer, text: '', calls, finish: 'tool_calls' };
}

const frame = (type, payload) => event(type, JSON.stringify({ ...payload, p: 'abcdefgh' }));

// Only a call's block is announced; a text begins with a delta, here with an empty one.
function blockFrames({ reasoning, signature, text, calls }) {
  const blocks = [];
  if (reasoning) {
    const thoughts = words(reasoning).map((one) => ({ reasoningContent: { text: one } }));
    blocks.push({ deltas: [...thoughts, { reasoningContent: { signature } }] });
  }
  if (text) blocks.push({ deltas: ['', ...words(text)].map((one) => ({ text: one })) });
  for (const { id, name, arguments: args } of calls) {
    const deltas = halves(JSON.stringify(args)).map((input) => ({ toolUse: { input } }));
    blocks.push({ start: { toolUse: { toolUseId: id, name } }, deltas });
  }
  return blocks.flatMap(({ start, deltas }, contentBlockIndex) => [
    ...(start ? [frame('contentBlockStart', { contentBlockIndex, start })] : []),
    ...deltas.map((delta) => frame('contentBlockDelta', { contentBlockIndex, delta })),
    frame('contentBlockStop', { contentBlockIndex }),
  ]);
}

function blocksOf({ reasoning, signature, text, calls }) {
  const content = [];
  if (reasoning)
    content.push({ reasoningContent: { reasoningText: { text: reasoning, signature } } });
  if (text) content.push({ text });
  for (const { id, name, arguments: input } of calls) {
    content.push({ toolUse: { toolUseId: id, name, input } });
  }
  return content;
}

const refused = (status, type, message, headers = {}) =>
  json(
    { message },
    {
      status,
      headers: {
        'x-amzn-requestid': 'up',
        'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
        ...headers,
      },
    },
  );

export const bedrock = {
  component: 'bedrock',
  base: '',
  key: `${key.id}:${key.secret}`,
  settings: { region: who.region },
  model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
  told: ['cacheRead', 'cacheWrite'],
  ids: true,
  filters: true,
  maker: 'anthropic',
  back: ['reasoning', 'signature'],
  schemaByTool: true,
  streamType: 'application/vnd.amazon.eventstream',
  read(request) {
    const fault = faultOfSignature(request.signed, who);
    must(!fault, fault);
    const [, model, call] =
      /^\/model\/([^/]+)\/(converse|converse-stream)$/.exec(request.path) ?? [];
    must(request.method === 'POST' && call, `no call ${request.path}`);
    must(model.includes('%3A') && !model.includes(':'), 'the model is encoded');
    const body = members(
      request.json,
      'body',
      ['messages'],
      [
        'system',
        'inferenceConfig',
        'toolConfig',
        'additionalModelRequestFields',
        'additionalModelResponseFieldPaths',
      ],
    );
    const paths = body.additionalModelResponseFieldPaths ?? [];
    must(
      paths.every((path) => path.endsWith('/stop_sequence')),
      `paths ${paths}`,
    );
    const config = members(
      body.inferenceConfig ?? {},
      'inferenceConfig',
      [],
      ['maxTokens', 'temperature', 'stopSequences'],
    );
    const turns = readTurns(body.messages);
    const thinks = readThinking(body.additionalModelRequestFields, config.maxTokens);
    assertThought(turns, thinks);
    return {
      model: decodeURIComponent(model),
      stream: call === 'converse-stream',
      system: joined((body.system ?? []).map((part) => members(part, 'system', ['text']).text)),
      turns,
      schema: undefined,
      ...readTools(body.toolConfig),
      thinks,
      limit: config.maxTokens,
      temperature: config.temperature,
      stop: config.stopSequences,
    };
  },
  whole(answer, { request }) {
    const given = givenTo(request, answer);
    return json(
      {
        output: { message: { role: 'assistant', content: blocksOf(given) } },
        stopReason: stops[given.finish],
        usage: usageOf(answer.usage),
        metrics: { latencyMs: 12 },
      },
      { headers: { 'x-amzn-requestid': 'up' } },
    );
  },
  frames(answer, { request }) {
    const given = givenTo(request, answer);
    return {
      said: [frame('messageStart', { role: 'assistant' }), ...blockFrames(given)],
      ending: [
        frame('messageStop', { stopReason: stops[given.finish] }),
        frame('metadata', { usage: usageOf(answer.usage), metrics: { latencyMs: 12 } }),
      ],
    };
  },
  trouble: () => [
    exception('modelStreamErrorException', JSON.stringify({ message: 'the model broke' })),
  ],
  refusals: {
    rate: () => refused(429, 'ThrottlingException', 'Too many requests', { 'retry-after': '31' }),
    key: () =>
      refused(
        403,
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      ),
    long: () => refused(400, 'ValidationException', 'Input is too long for requested model.'),
    fire: () => refused(500, 'InternalServerException', 'on fire'),
  },
};
