// A client of Anthropic's Messages API.
import { must } from '../neutral.js';
import { assertError, assertMessage, assertStream } from '../messages.js';

function messageOf(turn) {
  if (turn.said) return { role: 'assistant', content: turn.said.back };
  if (turn.results) {
    const content = turn.results.map(({ id, text }) => ({
      type: 'tool_result',
      tool_use_id: id,
      content: text,
    }));
    return { role: 'user', content };
  }
  if (!turn.image) return { role: 'user', content: turn.user };
  const { type: media_type, data, url } = turn.image;
  const source = url ? { type: 'url', url } : { type: 'base64', media_type, data };
  const content = [
    { type: 'text', text: turn.user },
    { type: 'image', source },
  ];
  return { role: 'user', content };
}

const toolOf = ({ name, description, parameters }) => ({
  name,
  description,
  input_schema: parameters,
});

const finishes = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
};

function usageOf(usage) {
  const { input_tokens: input, output_tokens: completion } = usage;
  const cacheRead = usage.cache_read_input_tokens ?? 0;
  const cacheWrite = usage.cache_creation_input_tokens ?? 0;
  const reasoning = usage.output_tokens_details?.thinking_tokens;
  return { prompt: input + cacheRead + cacheWrite, cacheRead, cacheWrite, completion, reasoning };
}

function answerOf(message) {
  const textOf = (type, name) =>
    message.content
      .filter((block) => block.type === type)
      .map((block) => block[name])
      .join('');
  const calls = message.content.filter((block) => block.type === 'tool_use');
  return {
    text: textOf('text', 'text'),
    reasoning: textOf('thinking', 'thinking'),
    calls: calls.map(({ id, name, input }) => ({ id, name, arguments: input })),
    finish: finishes[message.stop_reason],
    usage: usageOf(message.usage),
    back: message.content,
  };
}

const pieces = {
  text_delta: (block, { text }) => (block.text += text),
  thinking_delta: (block, { thinking }) => (block.thinking += thinking),
  signature_delta: (block, { signature }) => (block.signature += signature),
  input_json_delta: (block, { partial_json: json }) => (block.json = (block.json ?? '') + json),
};

/** The message that the events make. */
function gather(events) {
  const { message } = events[0];
  for (const event of events) {
    if (event.type === 'content_block_start') message.content.push(event.content_block);
    if (event.type === 'content_block_delta') {
      pieces[event.delta.type](message.content[event.index], event.delta);
    }
    if (event.type === 'message_delta') {
      Object.assign(message, event.delta);
      for (const [name, value] of Object.entries(event.usage)) {
        if (value !== null) message.usage[name] = value;
      }
    }
  }
  for (const block of message.content) {
    if (block.type !== 'tool_use') continue;
    if (block.json) block.input = JSON.parse(block.json);
    delete block.json;
  }
  return message;
}

export const messages = {
  name: 'messages',
  effort: 'thinking.budget_tokens', // where it says how much to think
  image: 'messages[0].content[1].source', // and where a picture stands
  path: '/v1/messages',
  headers: { 'anthropic-version': '2023-06-01' },
  body({ model, stream, system, turns, tools, choice, schema, thinks, limit, temperature, stop }) {
    return {
      model,
      system,
      messages: turns.map(messageOf),
      max_tokens: limit,
      temperature,
      stop_sequences: stop,
      ...(stream && { stream }),
      ...(tools.length && {
        tools: tools.map(toolOf),
        tool_choice: { type: choice === 'required' ? 'any' : choice },
      }),
      ...(thinks && { thinking: { type: 'enabled', budget_tokens: 2048 } }),
      ...(schema && { output_config: { format: { type: 'json_schema', schema } } }),
    };
  },
  read(body) {
    assertMessage(body);
    return answerOf(body);
  },
  readStream(text) {
    const message = gather(assertStream(text));
    assertMessage(message);
    return answerOf(message);
  },
  readFailed(text) {
    const events = assertStream(text, { fails: true });
    const deltas = events.filter(({ delta }) => delta?.type === 'text_delta');
    must(events.at(-1).type === 'error', 'it ends with an error');
    return {
      text: deltas.map(({ delta }) => delta.text).join(''),
      message: events.at(-1).error.message,
    };
  },
  readError(body) {
    assertError(body);
    return { message: body.error.message, type: body.error.type };
  },
};
