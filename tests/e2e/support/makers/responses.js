// OpenAI's Responses API, as an upstream speaks it.
import { json, sse } from '../answers.js';
import { fail } from '../chat.js';
import { provider } from '../config.js';
import { allTokens as all, callsOf, dataOf, halves, textOf, tokens, words } from './turns.js';

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

export default {
  model: 'gpt-5.2',
  provider: (upstream) => provider(upstream, { component: 'openai-responses' }),
  stream: responsesStream,
  whole: (turn) => json(responseOf(turn)),
  heard: heardByResponses,
  fail: (status, message) => fail(status, { message }),
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
};
