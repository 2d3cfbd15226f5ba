// OpenAI's Responses API beside its Chat Completions: a client of the former is passed on, others
// come by the latter.
import { json } from '../answers.js';
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
import { keptOfOthers, openai, readBody as readChat, refusals, told } from './openai.js';

function readContent(content, kind, where) {
  if (typeof content === 'string') return { text: content };
  const seen = { text: '' };
  for (const part of content) {
    if (part.type === 'input_image') {
      const { image_url: url } = members(part, where, ['type', 'image_url'], ['detail']);
      Object.assign(seen, imageOf(url));
      continue;
    }
    must(part.type === kind, `${where}: ${part.type}, not ${kind}`);
    seen.text += members(part, where, ['type', 'text'], ['annotations', 'logprobs']).text;
  }
  return seen;
}

/** The answer of the assistant that goes on, or a new one. */
function saidOf(turns) {
  if (!turns.at(-1)?.said) turns.push({ said: { text: '', calls: [] } });
  return turns.at(-1).said;
}

const readers = {
  message(item, turns, where) {
    members(item, where, ['role', 'content'], ['type', 'id', 'status']);
    if (item.role === 'assistant') {
      saidOf(turns).text += readContent(item.content, 'output_text', where).text;
    } else {
      must(item.role === 'user', `${where}.role`);
      const { text, ...image } = readContent(item.content, 'input_text', where);
      turns.push({ user: text, ...image });
    }
  },
  reasoning(item, turns, where) {
    members(item, where, ['type', 'id', 'summary'], ['content', 'encrypted_content', 'status']);
    // Without its content, an item is looked for by its id, and not found: nothing was stored.
    must(item.encrypted_content, `${where}: reasoning with its encrypted content`);
    const reasoning = item.summary.map(({ text }) => text).join('');
    Object.assign(saidOf(turns), { reasoning, signature: item.encrypted_content });
  },
  function_call(item, turns, where) {
    members(item, where, ['type', 'call_id', 'name', 'arguments'], ['id', 'status']);
    const { call_id: id, name, arguments: args } = item;
    saidOf(turns).calls.push({ id, name, arguments: JSON.parse(args) });
  },
  function_call_output(item, turns, where) {
    members(item, where, ['type', 'call_id', 'output'], ['id', 'status']);
    if (!turns.at(-1)?.results) turns.push({ results: [] });
    turns.at(-1).results.push({ id: item.call_id, text: item.output });
  },
};

function readTool(tool) {
  must(tool.type === 'function', 'tool.type');
  const { name, description, parameters } = members(
    tool,
    'tool',
    ['type', 'name', 'parameters', 'strict'],
    ['description'],
  );
  return { name, description, parameters };
}

function readText({ format } = {}) {
  if (format === undefined) return undefined;
  must(format.type === 'json_schema', 'text.format.type');
  return members(format, 'text.format', ['type', 'name', 'schema'], ['strict']).schema;
}

function readBody(body) {
  members(
    body,
    'body',
    ['model', 'input'],
    [
      'instructions',
      'stream',
      'store',
      'tools',
      'tool_choice',
      'text',
      'reasoning',
      'include',
      'max_output_tokens',
      'temperature',
      'previous_response_id',
    ],
  );
  const turns = [];
  body.input.forEach((item, place) => {
    const read = readers[item.type ?? 'message'];
    must(read, `input[${place}]: no item ${item.type}`);
    read(item, turns, `input[${place}]`);
  });
  return {
    model: body.model,
    ...(body.previous_response_id && { previous: body.previous_response_id }),
    stream: body.stream ?? false,
    system: joined([body.instructions ?? []].flat()),
    turns,
    tools: (body.tools ?? []).map(readTool),
    choice: body.tool_choice ?? 'auto',
    schema: readText(body.text),
    thinks: body.reasoning !== undefined,
    limit: body.max_output_tokens,
    temperature: body.temperature,
    stop: undefined,
  };
}

let made = 0;
const newId = () => `resp_up${(made += 1)}`;

const usageOf = (usage) => ({
  input_tokens: promptOf(usage),
  input_tokens_details: { cached_tokens: usage.cacheRead },
  output_tokens: completionOf(usage),
  output_tokens_details: { reasoning_tokens: usage.reasoning },
  total_tokens: promptOf(usage) + completionOf(usage),
});

function responseOf(model, id, more) {
  return {
    id,
    object: 'response',
    created_at: 1_700_000_000,
    completed_at: null,
    status: 'in_progress',
    incomplete_details: null,
    model,
    previous_response_id: null,
    instructions: null,
    output: [],
    error: null,
    tools: [],
    tool_choice: 'auto',
    truncation: 'disabled',
    parallel_tool_calls: true,
    text: { format: { type: 'text' } },
    top_p: 1,
    presence_penalty: 0,
    frequency_penalty: 0,
    top_logprobs: 0,
    temperature: 1,
    reasoning: { effort: null, summary: null },
    usage: null,
    max_output_tokens: null,
    max_tool_calls: null,
    store: true,
    background: false,
    service_tier: 'default',
    metadata: {},
    safety_identifier: null,
    prompt_cache_key: null,
    ...more,
  };
}

const reasons = { length: 'max_output_tokens', content_filter: 'content_filter' };

function ended(answer, model, id, output) {
  const cut = reasons[answer.finish];
  return responseOf(model, id, {
    completed_at: cut ? null : 1_700_000_001,
    status: cut ? 'incomplete' : 'completed',
    incomplete_details: cut ? { reason: cut } : null,
    output,
    usage: usageOf(answer.usage),
  });
}

/** The items of an answer, each with the events between its beginning and its end. */
function itemsOf({ reasoning, signature, text, calls }) {
  const made = [];
  if (reasoning) {
    const at = { item_id: 'rs_up', output_index: 0, summary_index: 0 };
    const part = { type: 'summary_text', text: reasoning };
    const item = { id: 'rs_up', type: 'reasoning', summary: [part], encrypted_content: signature };
    const first = { ...item, summary: [], encrypted_content: '' };
    const name = 'response.reasoning_summary';
    made.push({
      item,
      first,
      events: [
        { type: `${name}_part.added`, ...at, part: { ...part, text: '' } },
        ...words(reasoning).map((delta) => ({ type: `${name}_text.delta`, ...at, delta })),
        { type: `${name}_text.done`, ...at, text: reasoning },
        { type: `${name}_part.done`, ...at, part },
      ],
    });
  }
  if (text) {
    const at = { item_id: 'msg_up', output_index: made.length, content_index: 0 };
    const part = { type: 'output_text', text, annotations: [], logprobs: [] };
    const item = {
      id: 'msg_up',
      type: 'message',
      status: 'completed',
      role: 'assistant',
      content: [part],
    };
    const first = { ...item, status: 'in_progress', content: [] };
    made.push({
      item,
      first,
      events: [
        { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
        ...words(text).map((delta) => ({
          type: 'response.output_text.delta',
          ...at,
          delta,
          logprobs: [],
          obfuscation: 'aB3',
        })),
        { type: 'response.output_text.done', ...at, text, logprobs: [] },
        { type: 'response.content_part.done', ...at, part },
      ],
    });
  }
  for (const { id, name, arguments: input } of calls) {
    const args = JSON.stringify(input);
    const at = { item_id: `fc_${id}`, output_index: made.length };
    const item = {
      id: `fc_${id}`,
      type: 'function_call',
      status: 'completed',
      call_id: id,
      name,
      arguments: args,
    };
    const first = { ...item, status: 'in_progress', arguments: '' };
    const type = 'response.function_call_arguments';
    made.push({
      item,
      first,
      events: [
        ...halves(args).map((delta) => ({ type: `${type}.delta`, ...at, delta })),
        { type: `${type}.done`, ...at, name, arguments: args },
      ],
    });
  }
  return made;
}

const sent = (payload, sequence_number) =>
  `event: ${payload.type}\ndata: ${JSON.stringify({ ...payload, sequence_number })}\n\n`;

function frames(answer, model) {
  const id = newId();
  const items = itemsOf(answer);
  const said = [
    { type: 'response.created', response: responseOf(model, id) },
    { type: 'response.in_progress', response: responseOf(model, id) },
    ...items.flatMap(({ item, first, events }, output_index) => [
      { type: 'response.output_item.added', output_index, item: first },
      ...events,
      { type: 'response.output_item.done', output_index, item },
    ]),
  ];
  const response = ended(
    answer,
    model,
    id,
    items.map(({ item }) => item),
  );
  const end = { type: `response.${response.status}`, response };
  return { said: said.map(sent), ending: [sent(end, said.length)] };
}

const isResponses = (request) => request.path.endsWith('/responses');

/** `place` and `headers`: where it is asked, and how the key is told. */
const speaker = (place, headers) => ({
  told,
  ids: true,
  fetches: true,
  filters: true,
  refusals,
  /** What a client of the same dialect gets back goes there again. */
  backOf: 'responses',
  speaks: ['chat', 'responses'],
  strict: true,
  maker: 'openai',
  back: ['reasoning', 'signature'],
  streamType: 'text/event-stream; charset=utf-8',
  read(request) {
    const own = isResponses(request);
    asked(request, `${place}/${own ? 'responses' : 'chat/completions'}`, headers);
    return own ? readBody(request.json) : readChat(request.json);
  },
  whole(answer, asking) {
    if (!isResponses(asking.request)) return openai.whole(answer, asking);
    return json(
      ended(
        answer,
        asking.model,
        newId(),
        itemsOf(answer).map(({ item }) => item),
      ),
    );
  },
  frames(answer, asking) {
    return isResponses(asking.request)
      ? frames(answer, asking.model)
      : openai.frames(answer, asking);
  },
  trouble({ request, place: number }) {
    if (!isResponses(request)) return openai.trouble();
    const error = { code: 'server_error', message: 'The server had an error', param: null };
    return [sent({ type: 'error', ...error }, number)];
  },
});

export const openaiResponses = {
  ...speaker('/v1', { authorization: 'Bearer sk-upstream' }),
  component: 'openai-responses',
  settings: { omit: keptOfOthers },
  base: '/v1',
  key: 'sk-upstream',
  model: 'gpt-5.2',
};

export const azureResponses = {
  ...speaker('/openai/v1', { 'api-key': 'azure-key' }),
  component: 'azure-responses',
  base: '',
  key: 'azure-key',
  model: 'gpt-5.2',
};
