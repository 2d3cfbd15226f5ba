// Upstreams of four makers, each with its own wire: what a model says is written once, as a turn
// {thought, text, calls: [{name, args}], finish}, and `speak` puts it into the wire's words, streamed
// or whole as the request asks. `heard` reads a request of any of the wires back into one form.
import { json, sse } from './answers.js';
import * as chat from './chat.js';
import { provider } from './config.js';
import * as messages from './messages.js';

/** What every answer says it used, in all wires alike. */
export const tokens = { prompt: 20, cached: 4, completion: 6 };
const all = tokens.prompt + tokens.completion;

const idOf = (call, place) => call.id ?? `call_${call.name}_${place}`;
const halves = (text) => [text.slice(0, text.length / 2), text.slice(text.length / 2)];
const words = (text) => text.split(/(?<= )/);
const callsOf = (turn) =>
  (turn.calls ?? []).map((call, place) => ({
    id: idOf(call, place),
    name: call.name,
    args: JSON.stringify(call.args ?? {}),
  }));
const dataOf = (url) => /^data:([^;]+);base64,(.*)$/.exec(url)?.slice(1);
const textOf = (content) =>
  typeof content === 'string'
    ? content
    : (content ?? []).map((part) => part.text ?? '').join('');

// --- OpenAI's chat completions ---

const chatUsage = {
  prompt_tokens: tokens.prompt,
  completion_tokens: tokens.completion,
  total_tokens: all,
  prompt_tokens_details: { cached_tokens: tokens.cached },
};

function chatStream(turn) {
  const piece = (fields) => chat.delta({ tool_calls: [fields] });
  const calls = callsOf(turn).flatMap(({ id, name, args }, index) => [
    piece({ index, id, type: 'function', function: { name, arguments: '' } }),
    ...halves(args).map((text) => piece({ index, function: { arguments: text } })),
  ]);
  const finish = turn.finish ?? (calls.length ? 'tool_calls' : 'stop');
  return sse([
    chat.role,
    ...(turn.thought ? words(turn.thought) : []).map((text) =>
      chat.delta({ reasoning_content: text }),
    ),
    ...(turn.text ? words(turn.text) : []).map(chat.word),
    ...calls,
    chat.delta({}, { finish }),
    { ...chat.usageChunk, usage: chatUsage },
    chat.done,
  ]);
}

function chatWhole(turn) {
  const calls = callsOf(turn).map(({ id, name, args }) => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  }));
  const answer = chat.completion(turn.text ?? null, { usage: chatUsage });
  const [choice] = answer.choices;
  if (turn.thought) choice.message.reasoning_content = turn.thought;
  if (calls.length) choice.message.tool_calls = calls;
  choice.finish_reason = turn.finish ?? (calls.length ? 'tool_calls' : 'stop');
  return json(answer);
}

function heardByChat({ json: body }) {
  const system = [];
  const turns = [];
  for (const message of body.messages) {
    if (message.role === 'system' || message.role === 'developer') {
      system.push(textOf(message.content));
      continue;
    }
    const parts = Array.isArray(message.content) ? message.content : [];
    turns.push({
      role: message.role,
      text: textOf(message.content),
      images: parts.filter((part) => part.image_url).map((part) => dataOf(part.image_url.url)),
      calls: (message.tool_calls ?? []).map((call) => ({
        id: call.id,
        name: call.function.name,
        args: JSON.parse(call.function.arguments),
      })),
      result: message.role === 'tool' ? message.tool_call_id : undefined,
    });
  }
  const tools = (body.tools ?? []).map((tool) => tool.function);
  return {
    system,
    turns,
    tools: tools.map(({ name, description, parameters }) => ({ name, description, parameters })),
    schema: body.response_format?.json_schema?.schema,
    thinks: body.reasoning_effort !== undefined && body.reasoning_effort !== 'none',
  };
}

// --- OpenAI's Responses ---

const responsesUsage = {
  input_tokens: tokens.prompt,
  input_tokens_details: { cached_tokens: tokens.cached },
  output_tokens: tokens.completion,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: all,
};

function responsesItems(turn) {
  const items = [];
  const add = (item) => items.push({ id: `${item.type}_${items.length}`, ...item });
  if (turn.thought) {
    const summary = [{ type: 'summary_text', text: turn.thought }];
    add({ type: 'reasoning', summary, encrypted_content: 'sealed' });
  }
  if (turn.text !== undefined) {
    const content = [{ type: 'output_text', text: turn.text, annotations: [], logprobs: [] }];
    add({ type: 'message', status: 'completed', role: 'assistant', content });
  }
  for (const { id, name, args } of callsOf(turn)) {
    add({ type: 'function_call', status: 'completed', call_id: id, name, arguments: args });
  }
  return items;
}

const responseOf = (turn, more = {}) => ({
  id: `resp_${Math.random().toString(36).slice(2)}`,
  object: 'response',
  created_at: 1700000000,
  model: 'm1',
  error: null,
  incomplete_details: turn.finish === 'length' ? { reason: 'max_output_tokens' } : null,
  status: turn.finish === 'length' ? 'incomplete' : 'completed',
  output: responsesItems(turn),
  usage: responsesUsage,
  ...more,
});

/** The events of one item, as an upstream sends them. */
function itemEvents(item, output_index) {
  const at = { item_id: item.id, output_index };
  const part = { ...at, content_index: 0 };
  const begun = { ...item };
  const events = [];
  if (item.type === 'message') {
    const [said] = item.content;
    Object.assign(begun, { status: 'in_progress', content: [] });
    events.push(
      { type: 'response.content_part.added', ...part, part: { ...said, text: '' } },
      ...words(said.text).map((delta) => ({
        type: 'response.output_text.delta',
        ...part,
        delta,
        logprobs: [],
      })),
      { type: 'response.output_text.done', ...part, text: said.text, logprobs: [] },
      { type: 'response.content_part.done', ...part, part: said },
    );
  } else if (item.type === 'function_call') {
    Object.assign(begun, { status: 'in_progress', arguments: '' });
    events.push(
      ...halves(item.arguments).map((delta) => ({
        type: 'response.function_call_arguments.delta',
        ...at,
        delta,
      })),
      {
        type: 'response.function_call_arguments.done',
        ...at,
        name: item.name,
        arguments: item.arguments,
      },
    );
  } else {
    const summary = { ...at, summary_index: 0 };
    const [thought] = item.summary;
    Object.assign(begun, { summary: [] });
    events.push(
      { type: 'response.reasoning_summary_part.added', ...summary, part: { ...thought, text: '' } },
      { type: 'response.reasoning_summary_text.delta', ...summary, delta: thought.text },
      { type: 'response.reasoning_summary_text.done', ...summary, text: thought.text },
      { type: 'response.reasoning_summary_part.done', ...summary, part: thought },
    );
  }
  return [
    { type: 'response.output_item.added', output_index, item: begun },
    ...events,
    { type: 'response.output_item.done', output_index, item },
  ];
}

const namedEvents = (events) =>
  events.map((event, sequence_number) => ({
    raw: `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number })}\n\n`,
  }));

function responsesStream(turn) {
  const whole = responseOf(turn);
  const begun = { ...whole, status: 'in_progress', output: [], usage: null };
  return sse(
    namedEvents([
      { type: 'response.created', response: begun },
      { type: 'response.in_progress', response: begun },
      ...whole.output.flatMap(itemEvents),
      { type: `response.${whole.status}`, response: whole },
    ]),
  );
}

function heardByResponses({ json: body }) {
  const heard = { system: body.instructions ? [body.instructions] : [], turns: [] };
  const blank = { text: '', images: [], calls: [], result: undefined };
  const items =
    typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : body.input;
  for (const item of items) {
    if (item.role === 'system' || item.role === 'developer') {
      heard.system.push(textOf(item.content));
    } else if (item.role) {
      const parts = Array.isArray(item.content) ? item.content : [];
      const images = parts.filter((part) => part.image_url).map((part) => dataOf(part.image_url));
      heard.turns.push({ ...blank, role: item.role, text: textOf(item.content), images });
    } else if (item.type === 'function_call') {
      const calls = [{ id: item.call_id, name: item.name, args: JSON.parse(item.arguments) }];
      heard.turns.push({ ...blank, role: 'assistant', calls });
    } else if (item.type === 'function_call_output') {
      heard.turns.push({ ...blank, role: 'tool', text: textOf(item.output), result: item.call_id });
    }
  }
  return {
    ...heard,
    tools: (body.tools ?? []).map(({ name, description, parameters }) => ({
      name,
      description,
      parameters,
    })),
    schema: body.text?.format?.schema,
    thinks: body.reasoning?.effort !== undefined && body.reasoning.effort !== 'none',
  };
}

// --- Anthropic's Messages ---

const messagesUsage = {
  input_tokens: tokens.prompt - tokens.cached,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: tokens.cached,
  output_tokens: tokens.completion,
};

const reasons = { length: 'max_tokens', tool_calls: 'tool_use', stop: 'end_turn' };
const reasonOf = (turn) =>
  reasons[turn.finish ?? (turn.calls?.length ? 'tool_calls' : 'stop')];

function messagesBlocks(turn) {
  return [
    ...(turn.thought ? [{ type: 'thinking', thinking: turn.thought, signature: 'SigA' }] : []),
    ...(turn.text === undefined ? [] : [messages.textBlock(turn.text)]),
    ...callsOf(turn).map(({ id, name, args }) => ({
      type: 'tool_use',
      id,
      name,
      input: JSON.parse(args),
    })),
  ];
}

function blockEvents(block, index) {
  const { opened, delta, closed } = messages;
  if (block.type === 'thinking') {
    return [
      opened(index, { type: 'thinking', thinking: '', signature: '' }),
      ...words(block.thinking).map((text) =>
        delta(index, { type: 'thinking_delta', thinking: text }),
      ),
      delta(index, { type: 'signature_delta', signature: block.signature }),
      closed(index),
    ];
  }
  if (block.type === 'text') {
    return [
      opened(index, messages.textBlock('')),
      messages.ping,
      ...words(block.text).map((text) => delta(index, { type: 'text_delta', text })),
      closed(index),
    ];
  }
  // A call without arguments has an empty piece only.
  const text = JSON.stringify(block.input);
  const pieces = text === '{}' ? [''] : ['', ...halves(text)];
  return [
    opened(index, { ...block, input: {} }),
    ...pieces.map((piece) => delta(index, { type: 'input_json_delta', partial_json: piece })),
    closed(index),
  ];
}

function messagesStream(turn) {
  const began = { ...messages.message([]), stop_reason: null };
  return sse([
    messages.named({
      type: 'message_start',
      message: { ...began, usage: { ...messagesUsage, output_tokens: 1 } },
    }),
    ...messagesBlocks(turn).flatMap(blockEvents),
    messages.named({
      type: 'message_delta',
      delta: { stop_reason: reasonOf(turn), stop_sequence: null },
      usage: { output_tokens: tokens.completion },
    }),
    messages.named({ type: 'message_stop' }),
  ]);
}

function heardByMessages({ json: body }) {
  const turns = [];
  for (const { role, content } of body.messages) {
    const blocks = typeof content === 'string' ? [messages.textBlock(content)] : content;
    const turn = { role, text: textOf(blocks), images: [], calls: [], result: undefined };
    for (const block of blocks) {
      if (block.type === 'tool_result') {
        const text = textOf(block.content);
        turns.push({ ...turn, role: 'tool', text, result: block.tool_use_id });
      } else if (block.type === 'tool_use') {
        turn.calls.push({ id: block.id, name: block.name, args: block.input });
      } else if (block.type === 'image') {
        turn.images.push([block.source.media_type, block.source.data]);
      }
    }
    if (turn.text || turn.calls.length || turn.images.length) turns.push(turn);
  }
  const system = typeof body.system === 'string' ? [body.system] : (body.system ?? []);
  return {
    system: system.map((one) => one.text ?? one),
    turns,
    tools: (body.tools ?? []).map(({ name, description, input_schema }) => ({
      name,
      description,
      parameters: input_schema,
    })),
    schema: body.output_config?.format?.schema ?? body.output_format?.schema,
    thinks: ['enabled', 'adaptive'].includes(body.thinking?.type),
  };
}

// --- Google's Gemini ---

const geminiUsage = {
  promptTokenCount: tokens.prompt,
  cachedContentTokenCount: tokens.cached,
  candidatesTokenCount: tokens.completion,
  totalTokenCount: all,
};

const geminiAnswer = (parts, more = {}) => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
  usageMetadata: geminiUsage,
  modelVersion: 'm1',
  responseId: 'r1',
});

const geminiParts = (turn) => [
  ...(turn.thought ? [{ text: turn.thought, thought: true }] : []),
  ...(turn.text ? words(turn.text).map((text) => ({ text })) : []),
  ...(turn.calls ?? []).map(({ name, args }, place) => ({
    functionCall: { name, args: args ?? {} },
    ...(place === 0 && { thoughtSignature: 'SigG' }),
  })),
];

const geminiReason = (turn) => ({ finishReason: turn.finish === 'length' ? 'MAX_TOKENS' : 'STOP' });

function geminiStream(turn) {
  const events = geminiParts(turn).map((part) => geminiAnswer([part]));
  return sse([...events, geminiAnswer([{ text: '' }], geminiReason(turn))], { eol: '\r\n' });
}

function heardByGemini({ json: body }) {
  const turns = [];
  for (const { role, parts } of body.contents) {
    const turn = { text: textOf(parts), images: [], calls: [], result: undefined };
    for (const part of parts) {
      if (part.functionResponse) {
        const { name, response } = part.functionResponse;
        const text = typeof response.output === 'string' ? response.output : response;
        turns.push({ ...turn, role: 'tool', text, result: name });
      } else if (part.functionCall) {
        turn.calls.push({ name: part.functionCall.name, args: part.functionCall.args });
      } else if (part.inlineData) {
        turn.images.push([part.inlineData.mimeType, part.inlineData.data]);
      }
    }
    turn.role = role === 'model' ? 'assistant' : 'user';
    if (turn.text || turn.calls.length || turn.images.length) turns.push(turn);
  }
  const config = body.generationConfig ?? {};
  return {
    system: (body.systemInstruction?.parts ?? []).map(({ text }) => text),
    turns,
    tools: (body.tools?.[0]?.functionDeclarations ?? []).map((tool) => ({
      name: tool.name,
      description: tool.description,
      parameters: tool.parametersJsonSchema ?? tool.parameters,
    })),
    schema: config.responseJsonSchema ?? config.responseSchema,
    thinks: config.thinkingConfig?.includeThoughts === true,
  };
}

// --- all of them ---

const openaiError = (status, message) => chat.fail(status, { message });
const messagesErrors = { 400: 'invalid_request_error', 429: 'rate_limit_error', 500: 'api_error' };
const geminiErrors = { 400: 'INVALID_ARGUMENT', 429: 'RESOURCE_EXHAUSTED', 500: 'INTERNAL' };

/**
 * The makers by the name of their wire: the component that speaks it, a model's name that it knows
 * the abilities of, answers, errors, the beginning of a stream that says "Hello ", and `heard`.
 */
export const makers = {
  chat: {
    model: 'gpt-4o',
    provider: (upstream) => provider(upstream),
    stream: chatStream,
    whole: chatWhole,
    heard: heardByChat,
    fail: openaiError,
    hello: () => [chat.role, chat.word('Hello ')],
  },
  responses: {
    model: 'gpt-4o',
    provider: (upstream) => provider(upstream, { component: 'openai-responses' }),
    stream: responsesStream,
    whole: (turn) => json(responseOf(turn)),
    heard: heardByResponses,
    fail: openaiError,
    hello: () => {
      const whole = responseOf({ text: 'Hello ' });
      const response = { ...whole, status: 'in_progress', output: [], usage: null };
      const events = whole.output.flatMap(itemEvents).slice(0, 3);
      return namedEvents([
        { type: 'response.created', response },
        { type: 'response.in_progress', response },
        ...events,
      ]);
    },
  },
  messages: {
    model: 'claude-sonnet-4-5',
    provider: (upstream) => messages.anthropic(upstream),
    stream: messagesStream,
    whole: (turn) =>
      json(
        messages.message(messagesBlocks(turn), {
          stop_reason: reasonOf(turn),
          usage: messagesUsage,
        }),
      ),
    heard: heardByMessages,
    fail: (status, message) =>
      json(messages.errorBody(messagesErrors[status], message), { status }),
    hello: () => messages.streamOf('Hello ').slice(0, 4),
  },
  gemini: {
    model: 'gemini-2.5-flash',
    provider: (upstream) => ({
      component: 'gemini',
      base_url: `${upstream.scheme}://127.0.0.1:${upstream.port}`,
      keys: ['sk-upstream'],
    }),
    stream: geminiStream,
    whole: (turn) => json(geminiAnswer(geminiParts(turn), geminiReason(turn))),
    heard: heardByGemini,
    fail: (status, message) =>
      json({ error: { code: status, message, status: geminiErrors[status] } }, { status }),
    hello: () => [geminiAnswer([{ text: 'Hello ' }])],
  },
};

export const plugins = { enable: ['openai', 'anthropic', 'gemini', 'demo', 'priority'] };

/**
 * The makers that a client of the dialect is to be tried with. The component of the Responses API
 * takes requests of other dialects to the same upstream's chat completions.
 */
export const makersFor = (dialect) =>
  Object.keys(makers).filter((maker) => maker !== 'responses' || dialect === 'responses');

const streamed = (request) => request.json?.stream === true || /stream/i.test(request.path);

/** A scripted answer: the turn, in the maker's wire, streamed or whole as it was asked for. */
export const speak = (maker, turn) => (request) =>
  streamed(request) ? makers[maker].stream(turn) : makers[maker].whole(turn);

/** What a request of that maker's wire says: {system, turns, tools, schema, thinks}. */
export const heard = (maker, request) => makers[maker].heard(request);

/** The results of tools in it: [text, ...]; each answers the call of its place. */
export const resultsIn = (maker, request) =>
  heard(maker, request)
    .turns.filter(({ role }) => role === 'tool')
    .map(({ text }) => text);

/** The calls in it: [[name, args], ...]. */
export const callsIn = (maker, request) =>
  heard(maker, request).turns.flatMap(({ calls }) => calls.map(({ name, args }) => [name, args]));
