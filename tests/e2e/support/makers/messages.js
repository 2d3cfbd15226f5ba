// Anthropic's Messages API, as an upstream speaks it.
import { json, sse } from '../answers.js';
import * as messages from '../messages.js';
import { callsOf, halves, textOf, tokens, words } from './turns.js';

// A client takes what comes under one id for parts of one message.
let count = 0;
const nextId = () => `msg_${++count}`;

const errors = { 400: 'invalid_request_error', 429: 'rate_limit_error', 500: 'api_error' };
const messagesUsage = {
  input_tokens: tokens.prompt - tokens.cached,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: tokens.cached,
  output_tokens: tokens.completion,
};

const reasons = { length: 'max_tokens', tool_calls: 'tool_use', stop: 'end_turn' };
const reasonOf = (turn) => reasons[turn.finish ?? (turn.calls?.length ? 'tool_calls' : 'stop')];

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
  const began = { ...messages.message([]), id: nextId(), stop_reason: null };
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

export default {
  model: 'claude-sonnet-4-5',
  provider: (upstream) => messages.anthropic(upstream),
  stream: messagesStream,
  whole: (turn) =>
    json(
      messages.message(messagesBlocks(turn), {
        id: nextId(),
        stop_reason: reasonOf(turn),
        usage: messagesUsage,
      }),
    ),
  heard: heardByMessages,
  fail: (status, message) => json(messages.errorBody(errors[status], message), { status }),
  hello: () => messages.streamOf('Hello ').slice(0, 4),
};
