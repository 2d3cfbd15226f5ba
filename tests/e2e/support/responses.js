// What answers and events of the Responses API have to look like, from its published specification:
// every required member, of the right type, and events in an order that a client can follow.
import assert from 'node:assert/strict';

const text = (value) => typeof value === 'string';
const whole = (value) => Number.isInteger(value) && value >= 0;
const number = (value) => typeof value === 'number';
const flag = (value) => typeof value === 'boolean';
const object = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const list = Array.isArray;
const or = (check) => (value) => value === null || check(value);
const oneOf =
  (...values) =>
  (value) =>
    values.includes(value);

/** Every member of `shape` is there and fits; others may be there too. */
function fits(value, shape, where) {
  assert.ok(object(value), `${where} is an object: ${JSON.stringify(value)}`);
  for (const [name, check] of Object.entries(shape)) {
    assert.ok(name in value, `${where}.${name} is there: ${JSON.stringify(value)}`);
    assert.ok(check(value[name]), `${where}.${name} fits: ${JSON.stringify(value[name])}`);
  }
}

const statuses = oneOf('in_progress', 'completed', 'incomplete');
const parts = {
  output_text: { text, annotations: list, logprobs: list },
  refusal: { refusal: text },
  summary_text: { text },
  reasoning_text: { text },
};
const items = {
  message: { id: text, status: statuses, role: oneOf('assistant'), content: list },
  function_call: { id: text, status: statuses, call_id: text, name: text, arguments: text },
  custom_tool_call: { id: text, status: statuses, call_id: text, name: text, input: text },
  reasoning: { id: text, summary: list },
};
const usage = {
  input_tokens: whole,
  input_tokens_details: (value) => whole(value?.cached_tokens),
  output_tokens: whole,
  output_tokens_details: (value) => whole(value?.reasoning_tokens),
  total_tokens: whole,
};
const response = {
  id: (value) => text(value) && value.startsWith('resp_'),
  object: oneOf('response'),
  created_at: whole,
  completed_at: or(whole),
  status: oneOf('in_progress', 'completed', 'incomplete', 'failed'),
  incomplete_details: or((value) => text(value?.reason)),
  model: text,
  previous_response_id: or(text),
  instructions: or(text),
  output: list,
  error: or((value) => text(value?.code) && text(value?.message)),
  tools: list,
  tool_choice: (value) => text(value) || object(value),
  truncation: oneOf('auto', 'disabled'),
  parallel_tool_calls: flag,
  text: (value) => text(value?.format?.type),
  top_p: number,
  presence_penalty: number,
  frequency_penalty: number,
  top_logprobs: whole,
  temperature: number,
  reasoning: or(object),
  usage: or(object),
  max_output_tokens: or(whole),
  max_tool_calls: or(whole),
  store: flag,
  background: flag,
  service_tier: text,
  metadata: object,
  safety_identifier: or(text),
  prompt_cache_key: or(text),
};

function assertPart(part, where) {
  assert.ok(parts[part?.type], `${where} is a known part: ${JSON.stringify(part)}`);
  fits(part, parts[part.type], where);
}

export function assertItem(item, where = 'item') {
  assert.ok(items[item?.type], `${where} is a known item: ${JSON.stringify(item)}`);
  fits(item, items[item.type], where);
  for (const name of ['content', 'summary'])
    (item[name] ?? []).forEach((part, i) => assertPart(part, `${where}.${name}[${i}]`));
}

export function assertResponse(value) {
  fits(value, response, 'response');
  value.output.forEach((item, i) => assertItem(item, `output[${i}]`));
  for (const tool of value.tools)
    if (tool.type === 'function')
      for (const name of ['name', 'description', 'parameters', 'strict'])
        assert.ok(name in tool, `tool.${name} is there`);
  if (value.usage) {
    fits(value.usage, usage, 'usage');
    assert.equal(value.usage.total_tokens, value.usage.input_tokens + value.usage.output_tokens);
  }
  assert.equal(value.status === 'failed', value.error !== null);
  assert.equal(value.status === 'incomplete', value.incomplete_details !== null);
  return value;
}

const inItem = { item_id: text, output_index: whole };
const inPart = { ...inItem, content_index: whole };
const inSummary = { ...inItem, summary_index: whole };
const shapes = {
  'response.created': { response: object },
  'response.in_progress': { response: object },
  'response.output_item.added': { output_index: whole, item: object },
  'response.output_item.done': { output_index: whole, item: object },
  'response.content_part.added': { ...inPart, part: object },
  'response.content_part.done': { ...inPart, part: object },
  'response.output_text.delta': { ...inPart, delta: text, logprobs: list },
  'response.output_text.done': { ...inPart, text, logprobs: list },
  'response.output_text.annotation.added': { ...inPart, annotation_index: whole, annotation: object },
  'response.refusal.delta': { ...inPart, delta: text },
  'response.refusal.done': { ...inPart, refusal: text },
  'response.reasoning_text.delta': { ...inPart, delta: text },
  'response.reasoning_text.done': { ...inPart, text },
  'response.reasoning_summary_part.added': { ...inSummary, part: object },
  'response.reasoning_summary_part.done': { ...inSummary, part: object },
  'response.reasoning_summary_text.delta': { ...inSummary, delta: text },
  'response.reasoning_summary_text.done': { ...inSummary, text },
  'response.function_call_arguments.delta': { ...inItem, delta: text },
  'response.function_call_arguments.done': { ...inItem, name: text, arguments: text },
  'response.custom_tool_call_input.delta': { ...inItem, delta: text },
  'response.custom_tool_call_input.done': { ...inItem, input: text },
  'response.completed': { response: object },
  'response.incomplete': { response: object },
  'response.failed': { response: object },
};
const last = ['response.completed', 'response.incomplete', 'response.failed'];

/** Follows the events of one item: its texts add up, and what begins ends. */
class Item {
  open = null; // the part that is under way
  text = '';
  constructor(event) {
    this.item = event.item;
    assert.equal(this.item.status ?? 'in_progress', 'in_progress');
  }

  take(event) {
    const kind = event.type.split('.').slice(1).join('.');
    if (kind.endsWith('part.added')) {
      assert.equal(this.open, null, 'the part before it has ended');
      this.open = event.part.type;
      this.text = '';
    } else if (kind.endsWith('.delta')) {
      if (!this.item.call_id) assert.ok(this.open, 'a part is open');
      this.text += event.delta;
    } else if (kind.endsWith('part.done')) {
      assert.equal(event.part.type, this.open);
      this.open = null;
    } else if (kind.endsWith('.done')) {
      assert.equal(event.text ?? event.refusal ?? event.arguments ?? event.input, this.text);
    }
  }

  end(event) {
    assert.equal(this.open, null, 'the last part has ended');
    assert.equal(event.item.id, this.item.id);
    assertItem(event.item);
    return event.item;
  }
}

/** The events of a whole stream, each a parsed `data` with the SSE name in `event`: the response. */
export function assertEvents(events, first = 0) {
  const started = new Map();
  const done = [];
  let id;
  events.forEach((event, place) => {
    assert.ok(shapes[event.type], `${event.type} is a known event`);
    fits(event, shapes[event.type], event.type);
    assert.equal(event.sequence_number, first + place);
    if (event.response) {
      assertResponse(event.response);
      id ??= event.response.id;
      assert.equal(event.response.id, id, 'one id holds throughout');
    }
    assert.equal(last.includes(event.type), place === events.length - 1, 'one event ends it');
    if (event.type === 'response.output_item.added') {
      assert.equal(event.output_index, started.size);
      started.set(event.output_index, new Item(event));
    } else if (event.type === 'response.output_item.done') {
      done[event.output_index] = started.get(event.output_index).end(event);
    } else if (event.item_id) {
      const item = started.get(event.output_index);
      assert.equal(event.item_id, item.item.id);
      item.take(event);
    }
  });
  assert.deepEqual(
    events.slice(0, 2).map((event) => event.type),
    ['response.created', 'response.in_progress'],
  );
  const end = events.at(-1);
  if (end.type !== 'response.failed') assert.deepEqual(end.response.output, done);
  return end.response;
}

/** Cuts a body into its events, and checks that each is named as its type says. */
export function eventsOf(body) {
  return body
    .split('\n\n')
    .filter((block) => block.includes('data: '))
    .map((block) => {
      const [, name, data] = /^event: (\S+)\ndata: (.*)$/.exec(block);
      const event = JSON.parse(data);
      assert.equal(event.type, name);
      return event;
    });
}

const sseEvent = (event) => ({ raw: `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n` });

/** A stream of the Messages API: each block is [content_block, ...deltas]. */
export const anthropicEvents = (...blocks) =>
  [
    {
      type: 'message_start',
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-x',
        content: [],
        stop_reason: null,
        usage: { input_tokens: 12, output_tokens: 1 },
      },
    },
    ...blocks.flatMap(([block, ...deltas], index) => [
      { type: 'content_block_start', index, content_block: block },
      ...deltas.map((one) => ({ type: 'content_block_delta', index, delta: one })),
      { type: 'content_block_stop', index },
    ]),
    {
      type: 'message_delta',
      delta: { stop_reason: blocks.at(-1)[0].type === 'tool_use' ? 'tool_use' : 'end_turn' },
      usage: { output_tokens: 20 },
    },
    { type: 'message_stop' },
  ].map((event) => ({ raw: `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n` }));

/** What an upstream of this dialect answers: {whole, events} of one message. */
export function upstreamResponse(content, { id = 'resp_up1', model = 'm1' } = {}) {
  const base = { id, object: 'response', created_at: 1700000000, model, error: null };
  const part = { type: 'output_text', text: content, annotations: [] };
  const item = { id: `msg_${id}`, type: 'message', status: 'completed', role: 'assistant' };
  const counted = {
    input_tokens: 7,
    input_tokens_details: { cached_tokens: 3 },
    output_tokens: 2,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 9,
  };
  const done = { ...item, content: [part] };
  const answer = { ...base, status: 'completed', output: [done], usage: counted, x_more: 1.5 };
  const at = { item_id: item.id, output_index: 0, content_index: 0 };
  const begun = { ...base, status: 'in_progress', output: [] };
  const events = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
    { type: 'response.output_text.delta', ...at, delta: content, obfuscation: 'aB3' },
    { type: 'response.novelty', deep: [1.0, 2] },
    { type: 'response.output_item.done', output_index: 0, item: done },
    { type: 'response.completed', response: answer },
  ].map((event, sequence_number) => sseEvent({ ...event, sequence_number }));
  return { whole: answer, events };
}
