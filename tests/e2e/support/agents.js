// Coding agents as they are on the wire: what each of them sends for one task in its turns, and how
// it reads a stream. Nothing here is more forgiving than the agent itself.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { eventsOf as dataOf } from './client.js';
import { eventsOf as namedEventsOf } from './responses.js';

// --- the agent's hands ---

/** The two tools of every agent here, at work in `directory`. */
export function handsIn(directory) {
  const inside = (name) => path.join(directory, path.basename(name));
  return {
    read_file: ({ path: name }) => readFile(inside(name), 'utf8'),
    write_file: async ({ path: name, content }) => {
      await writeFile(inside(name), content);
      return `wrote ${name}`;
    },
  };
}

const describe = {
  read_file: 'Reads a file and returns its text.',
  write_file: 'Writes a file.',
};
const parameters = {
  read_file: {
    type: 'object',
    properties: { path: { type: 'string', description: 'Which file' } },
    required: ['path'],
    additionalProperties: false,
  },
  write_file: {
    type: 'object',
    properties: { path: { type: 'string' }, content: { type: 'string' } },
    required: ['path', 'content'],
    additionalProperties: false,
  },
};
const names = Object.keys(parameters);

// --- chat completions ---

/** A stream of chat completions, read as the strictest of its clients do. */
export function readChat(text) {
  const events = dataOf(text);
  assert.equal(events.pop(), '[DONE]');
  const answer = { text: '', thought: '', calls: [] };
  let role = 0;
  for (const event of events) {
    assert.equal(event.object, 'chat.completion.chunk');
    assert.equal(event.id, events[0].id, 'one id throughout');
    const [choice] = event.choices;
    if (!choice) continue;
    const { delta } = choice;
    if (delta.role) role += 1;
    answer.text += delta.content ?? '';
    answer.thought += delta.reasoning_content ?? delta.reasoning ?? '';
    for (const piece of delta.tool_calls ?? []) {
      const call = answer.calls[piece.index];
      if (call) {
        assert.ok(!piece.id && !piece.function.name, 'id and name come once');
        call.args += piece.function.arguments ?? '';
      } else {
        assert.equal(piece.index, answer.calls.length, 'calls are counted from 0');
        assert.ok(piece.id && piece.function.name);
        const { name, arguments: args } = piece.function;
        answer.calls.push({ id: piece.id, name, args: args ?? '' });
      }
    }
    if (!choice.finish_reason) continue;
    assert.equal(answer.finish, undefined, 'it finishes once');
    answer.finish = choice.finish_reason;
  }
  assert.equal(role, 1, 'one role');
  assert.equal(answer.finish, answer.calls.length ? 'tool_calls' : 'stop');
  const last = events.at(-1);
  assert.deepEqual(last.choices, [], 'the tokens come in a chunk of their own, at the end');
  assert.equal(last.usage.total_tokens, last.usage.prompt_tokens + last.usage.completion_tokens);
  answer.usage = [last.usage.prompt_tokens, last.usage.completion_tokens];
  return answer;
}

const chatTools = (more = {}) =>
  names.map((name) => ({
    type: 'function',
    function: { name, description: describe[name], parameters: parameters[name], ...more },
  }));

const chatTurn = (body, answer, results) => ({
  ...body,
  messages: [
    ...body.messages,
    {
      role: 'assistant',
      content: answer.text,
      ...(answer.calls.length && {
        tool_calls: answer.calls.map(({ id, name, args }) => ({
          id,
          type: 'function',
          function: { name, arguments: args },
        })),
      }),
    },
    ...answer.calls.map(({ id }, place) => ({
      role: 'tool',
      tool_call_id: id,
      content: results[place],
    })),
  ],
});

const ofChat = { dialect: 'chat', path: '/v1/chat/completions', read: readChat, next: chatTurn };
const ending = { stream: true, stream_options: { include_usage: true } };

// --- Responses ---

/** A stream of the Responses API, read as Codex does: items count when they are done. */
export function readResponses(text) {
  const events = namedEventsOf(text);
  const answer = { text: '', thought: '', calls: [], items: [] };
  let active = null;
  for (const event of events) {
    if (event.type === 'response.output_item.added') {
      active = event.item;
    } else if (event.type === 'response.output_text.delta') {
      assert.equal(active?.type, 'message', 'text belongs to an item that has begun');
    } else if (event.type.startsWith('response.reasoning_summary')) {
      assert.equal(active?.type, 'reasoning', 'a thought belongs to an item that has begun');
    } else if (event.type === 'response.output_item.done') {
      active = null;
      const { id, status, ...item } = event.item;
      answer.items.push(item);
      if (item.type === 'message') answer.text += item.content.map((part) => part.text).join('');
      if (item.type === 'reasoning') answer.thought += item.summary.map((one) => one.text).join('');
      if (item.type === 'function_call') {
        answer.calls.push({ id: item.call_id, name: item.name, args: item.arguments });
      }
    }
  }
  const last = events.at(-1);
  assert.equal(last.type, 'response.completed');
  assert.ok(last.response.id);
  const { input_tokens: input, output_tokens: output } = last.response.usage;
  answer.usage = [input, output];
  return answer;
}

const ofCodex = {
  dialect: 'responses',
  path: '/v1/responses',
  read: readResponses,
  headers: {
    accept: 'text/event-stream',
    authorization: 'Bearer anything',
    originator: 'codex_cli_rs',
    'user-agent': 'codex_cli_rs/0.169.0 (Debian 12.0.0; x86_64) xterm-256color',
    'session-id': '019a0000-0000-7000-8000-000000000001',
    'thread-id': '019a0000-0000-7000-8000-000000000001',
    'x-client-request-id': '019a0000-0000-7000-8000-000000000001',
    'x-codex-beta-features': 'remote_compaction_v2',
    'x-codex-turn-metadata': '{"turn_id":"019a0000-0000-7000-8000-000000000002"}',
  },
  body: (model, task) => ({
    model,
    input: [
      ['developer', 'You are a coding agent running in a terminal.'],
      ['developer', '<permissions instructions>Ask.</permissions>'],
      ['user', '<environment_context><shell>bash</shell>'],
      ['user', task],
    ].map(([role, text], place) => ({
      type: 'message',
      id: `msg_019a0000-0000-7000-8000-00000000000${place}`,
      role,
      content: [{ type: 'input_text', text }],
    })),
    tools: names.map((name) => ({
      type: 'function',
      name,
      description: describe[name],
      strict: false,
      parameters: parameters[name],
    })),
    tool_choice: 'auto',
    parallel_tool_calls: true,
    reasoning: { effort: 'medium', summary: 'auto' },
    store: false,
    stream: true,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: '019a0000-0000-7000-8000-000000000001',
    text: { verbosity: 'medium' },
    client_metadata: { 'x-codex-installation-id': '019a0000' },
  }),
  next: (body, answer, results) => ({
    ...body,
    input: [
      ...body.input,
      ...answer.items,
      ...answer.calls.map(({ id }, place) => ({
        type: 'function_call_output',
        call_id: id,
        output: results[place],
      })),
    ],
  }),
};

// --- Messages ---

/** A stream of the Messages API, put together as the official client does. */
export function readMessages(text) {
  const events = dataOf(text).filter(({ type }) => type !== 'ping');
  const answer = { text: '', thought: '', calls: [], blocks: [] };
  let usage;
  for (const event of events) {
    const { type, index } = event;
    const block = answer.blocks[index];
    if (type === 'message_start') {
      usage = { ...event.message.usage };
    } else if (type === 'content_block_start') {
      assert.equal(index, answer.blocks.length);
      answer.blocks.push({ ...event.content_block });
      if (event.content_block.type === 'tool_use') answer.blocks[index].input = '';
    } else if (type === 'content_block_delta') {
      const { text: said, thinking, signature, partial_json: json } = event.delta;
      if (said !== undefined) block.text += said;
      if (thinking !== undefined) block.thinking += thinking;
      if (signature !== undefined) block.signature = signature;
      if (json !== undefined) block.input += json;
    } else if (type === 'message_delta') {
      answer.finish = event.delta.stop_reason;
      for (const [name, value] of Object.entries(event.usage)) usage[name] = value ?? usage[name];
    }
  }
  assert.equal(events.at(-1).type, 'message_stop');
  for (const block of answer.blocks) {
    answer.text += block.text ?? '';
    answer.thought += block.thinking ?? '';
    if (block.type !== 'tool_use') continue;
    answer.calls.push({ id: block.id, name: block.name, args: block.input || '{}' });
    block.input = JSON.parse(block.input || '{}');
  }
  assert.equal(answer.finish, answer.calls.length ? 'tool_use' : 'end_turn');
  answer.usage = [
    usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens,
    usage.output_tokens,
  ];
  return answer;
}

export const billing = (number) =>
  `x-anthropic-billing-header: cc_version=2.1.69.e${number}; cc_entrypoint=cli; cch=${number}a1;`;
const ephemeral = { cache_control: { type: 'ephemeral' } };
const userId = JSON.stringify({
  device_id: '0a'.repeat(32),
  account_uuid: '',
  session_id: '019a0000-0000-7000-8000-000000000001',
});
const longDescription = `Reads a file and returns its text. ${'Use it often. '.repeat(1500)}`;

const ofClaudeCode = {
  dialect: 'messages',
  path: '/v1/messages?beta=true',
  read: readMessages,
  headers: {
    accept: 'application/json',
    authorization: 'Bearer anything',
    'anthropic-version': '2023-06-01',
    'anthropic-beta':
      'claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,' +
      'mid-conversation-tool-changes-2026-07-01,thinking-token-count-2026-05-13,' +
      'advanced-tool-use-2025-11-20,effort-2025-11-24',
    'anthropic-dangerous-direct-browser-access': 'true',
    'user-agent': 'claude-cli/2.1.330 (external, cli)',
    'x-app': 'cli',
    'x-claude-code-session-id': '019a0000-0000-7000-8000-000000000001',
    'x-stainless-lang': 'js',
    'x-stainless-retry-count': '0',
    'x-stainless-timeout': '600',
  },
  body: (model, task) => ({
    model,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: '<system-reminder>Today is Monday.</system-reminder>' },
          { type: 'text', text: task, ...ephemeral },
        ],
      },
      { role: 'system', content: '# Environment: bash' },
    ],
    system: [
      { type: 'text', text: billing(0) },
      { type: 'text', text: 'You are a coding agent.', ...ephemeral },
      { type: 'text', text: 'Be concise.', ...ephemeral },
    ],
    tools: names.map((name) => ({
      name,
      description: name === 'read_file' ? longDescription : describe[name],
      input_schema: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        ...parameters[name],
      },
      ...(name === names.at(-1) && ephemeral),
    })),
    metadata: { user_id: userId },
    max_tokens: 32000,
    thinking: { type: 'adaptive', display: 'omitted' },
    context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    output_config: { effort: 'medium' },
    stream: true,
  }),
  // The header in the system's text is another one each time; the last block is marked anew.
  next: (body, answer, results) => ({
    ...body,
    system: [{ type: 'text', text: billing(body.messages.length) }, ...body.system.slice(1)],
    messages: [
      ...body.messages,
      { role: 'assistant', content: answer.blocks },
      {
        role: 'user',
        content: answer.calls.map(({ id }, place) => ({
          type: 'tool_result',
          tool_use_id: id,
          content: results[place],
          ...(place === answer.calls.length - 1 && ephemeral),
        })),
      },
    ],
  }),
};

// --- all of them ---

/**
 * By name: the dialect, where requests go, their headers, `body(model, task)` of the first one,
 * `read(text)` of a stream, and `next(body, answer, results)`, the request after it.
 */
export const agents = {
  Codex: ofCodex,
  'Claude Code': ofClaudeCode,
  OpenCode: {
    ...ofChat,
    headers: { authorization: 'Bearer anything', 'user-agent': 'opencode/1.2.0 ai-sdk/5' },
    body: (model, task) => ({
      model,
      max_tokens: 32000,
      temperature: 0,
      top_p: 1,
      messages: [
        { role: 'system', content: 'You are opencode.' },
        { role: 'system', content: '<env>Platform: linux</env>' },
        { role: 'user', content: task },
      ],
      tools: chatTools(),
      tool_choice: 'auto',
      ...ending,
    }),
  },
  'Roo Code': {
    ...ofChat,
    headers: {
      authorization: 'Bearer anything',
      'http-referer': 'https://github.com/RooVetGit/Roo-Cline',
      'x-title': 'Roo Code',
      'user-agent': 'RooCode/3.40.0',
    },
    body: (model, task) => ({
      model,
      temperature: 0,
      messages: [
        {
          role: 'system',
          content: [{ type: 'text', text: 'You are Roo.', cache_control: { type: 'ephemeral' } }],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: task },
            { type: 'text', text: '<environment_details>x</environment_details>', ...ephemeral },
          ],
        },
      ],
      tools: chatTools({ strict: true }),
      tool_choice: 'auto',
      parallel_tool_calls: false,
      ...ending,
    }),
    // What its surroundings are is told beside the results.
    next: (body, answer, results) => {
      const { messages } = chatTurn(body, answer, results);
      const told = { type: 'text', text: '<environment_details>y</environment_details>' };
      return { ...body, messages: [...messages, { role: 'user', content: [told] }] };
    },
  },
  AiderDesk: {
    ...ofChat,
    headers: { authorization: 'Bearer anything', 'user-agent': 'ai-sdk/openai-compatible/2.0' },
    body: (model, task) => ({
      model,
      max_tokens: 8192,
      messages: [
        { role: 'system', content: 'You are AiderDesk.' },
        { role: 'user', content: 'Which files are there?' },
        { role: 'assistant', content: 'notes.txt' },
        { role: 'user', content: task },
      ],
      tools: chatTools(),
      tool_choice: 'auto',
      ...ending,
    }),
  },
};
