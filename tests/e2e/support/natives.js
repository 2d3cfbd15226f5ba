// What clients say beside words, in each dialect, and what has to become of it at each provider, in
// the provider's own form. `null`: a dialect has no words for it.
import { png } from './exchange.js';

const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEA';
const pdf = 'JVBERi0xLjQKJeLjz9MK';
const pdfUrl = `data:application/pdf;base64,${pdf}`;
const textUrl = 'data:text/plain;base64,SGk=';
const address = 'https://example.org/report.pdf';
const pngUrl = `data:image/png;base64,${png}`;

const chatFile = (file) => ({ type: 'file', file });
const responsesFile = (file) => ({ type: 'input_file', ...file });
const document = (source, title) => ({ type: 'document', source, ...(title && { title }) });
const sound = { type: 'input_audio', input_audio: { data: wav, format: 'wav' } };

/** Parts behind the words of a user. */
export const parts = {
  audio: { chat: sound, responses: sound, messages: null },
  'a PDF': {
    chat: chatFile({ filename: 'report.pdf', file_data: pdfUrl }),
    responses: responsesFile({ filename: 'report.pdf', file_data: pdfUrl }),
    messages: document({ type: 'base64', media_type: 'application/pdf', data: pdf }, 'report.pdf'),
  },
  'a PDF by its address': {
    chat: null,
    responses: responsesFile({ file_url: address }),
    messages: document({ type: 'url', url: address }),
  },
  'a file by its id': {
    chat: chatFile({ file_id: 'file-1' }),
    responses: responsesFile({ file_id: 'file-1' }),
    messages: document({ type: 'file', file_id: 'file-1' }),
  },
  'a text file': {
    chat: chatFile({ filename: 'notes.txt', file_data: textUrl }),
    responses: responsesFile({ filename: 'notes.txt', file_data: textUrl }),
    messages: document({ type: 'text', media_type: 'text/plain', data: 'Hi' }, 'notes.txt'),
  },
};

const inline = (mimeType, data) => ({ inlineData: { mimeType, data } });
const filed = (format, name, bytes) => ({ document: { format, name, source: { bytes } } });

/** The same at the providers; what is missing there is refused. */
export const nativeParts = {
  audio: { openai: sound, gemini: inline('audio/wav', wav), vertex: inline('audio/wav', wav) },
  'a PDF': {
    openai: parts['a PDF'].chat,
    anthropic: parts['a PDF'].messages,
    gemini: inline('application/pdf', pdf),
    vertex: inline('application/pdf', pdf),
    bedrock: filed('pdf', 'report', pdf),
  },
  'a PDF by its address': {
    anthropic: parts['a PDF by its address'].messages,
    gemini: { fileData: { mimeType: 'application/pdf', fileUri: address } },
    vertex: { fileData: { mimeType: 'application/pdf', fileUri: address } },
  },
  'a file by its id': {
    openai: parts['a file by its id'].chat,
    anthropic: parts['a file by its id'].messages,
  },
  'a text file': {
    openai: { type: 'text', text: 'notes.txt:\nHi' },
    anthropic: parts['a text file'].messages,
    gemini: inline('text/plain', 'SGk='),
    vertex: inline('text/plain', 'SGk='),
    ollama: { role: 'user', content: 'Look.\nnotes.txt:\nHi' },
    bedrock: filed('txt', 'notes', 'SGk='),
    cohere: { data: { title: 'notes.txt', text: 'Hi' } },
  },
};

/** Where a provider has what stands behind the words of the last user. */
export const partAt = {
  openai: ({ messages }) => messages.at(-1).content[1],
  anthropic: ({ messages }) => messages.at(-1).content[1],
  gemini: ({ contents }) => contents.at(-1).parts[1],
  ollama: ({ messages }) => messages.at(-1),
  bedrock: ({ messages }) => messages.at(-1).content[1],
  cohere: ({ documents }) => documents[0],
};

// --- results of tools ---

const id = 'toolu_1';
const picture = { type: 'image_url', image_url: { url: pngUrl } };
const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } };
const words = { type: 'text', text: 'A map.' };

/** The content of a result: words and an image. */
export const shown = {
  chat: [words, picture],
  responses: [
    { type: 'input_text', text: 'A map.' },
    { type: 'input_image', image_url: pngUrl },
  ],
  messages: [words, image],
};

const called = (more) => ({ functionResponse: { name: 'weather', ...more } });
const byTool = (more) => ({ toolResult: { toolUseId: id, ...more } });
const withPicture = called({
  response: { output: 'A map.' },
  parts: [inline('image/png', png)],
});

/** What stands behind the call then. */
export const nativeShown = {
  openai: [
    { role: 'tool', tool_call_id: id, content: [words] },
    { role: 'user', content: [picture] },
  ],
  anthropic: [{ type: 'tool_result', tool_use_id: id, content: [words, image] }],
  gemini: [withPicture],
  vertex: [withPicture],
  ollama: [{ role: 'tool', content: 'A map.', images: [png], tool_name: 'weather', tool_call_id: id }],
  bedrock: [
    byTool({
      content: [{ text: 'A map.' }, { image: { format: 'png', source: { bytes: png } } }],
    }),
  ],
};

/** A result that is an error: what stands behind the call, and whether that is all. */
export const nativeFailed = {
  openai: [{ role: 'tool', tool_call_id: id, content: 'No such city.' }],
  gemini: [called({ response: { error: 'No such city.' } })],
  vertex: [called({ response: { error: 'No such city.' } })],
  ollama: [{ role: 'tool', content: 'No such city.', tool_name: 'weather', tool_call_id: id }],
  bedrock: [byTool({ content: [{ text: 'No such city.' }], status: 'error' })],
  cohere: [{ role: 'tool', tool_call_id: id, content: [{ type: 'text', text: 'No such city.' }] }],
};

export const resultAt = {
  openai: ({ messages }) => messages.slice(2),
  anthropic: ({ messages }) => messages[2].content,
  gemini: ({ contents }) => contents[2].parts,
  ollama: ({ messages }) => messages.slice(2),
  bedrock: ({ messages }) => messages[2].content,
  cohere: ({ messages }) => messages.slice(2),
};

// --- settings ---

/** Of a chat, beyond what all take: temperature 1.7, top_p, seed and penalties. */
export const asked = {
  temperature: 1.7,
  top_p: 0.9,
  seed: 7,
  presence_penalty: 0.5,
  frequency_penalty: 0.25,
};
const google = {
  settings: { temperature: 1.7, topP: 0.9, seed: 7 },
  dropped: 'frequency_penalty, presence_penalty',
};
export const nativeSettings = {
  anthropic: {
    settings: { temperature: 1 },
    dropped: 'frequency_penalty, presence_penalty, seed, top_p',
  },
  gemini: google,
  vertex: google,
  ollama: { settings: asked },
  bedrock: {
    settings: { temperature: 1 },
    dropped: 'frequency_penalty, presence_penalty, seed, top_p',
  },
  cohere: {
    settings: { temperature: 1, p: 0.9, seed: 7, frequency_penalty: 0.25 },
    dropped: 'presence_penalty', // it takes one of the two
  },
};

/** Of Messages: top_k. */
export const nativeTopK = {
  openai: { settings: {}, dropped: 'top_k' },
  gemini: { settings: { topK: 5 } },
  vertex: { settings: { topK: 5 } },
  ollama: { settings: { top_k: 5 } },
  bedrock: { settings: { top_k: 5 } },
  cohere: { settings: { k: 5 } },
};

const pick = (from, names) =>
  Object.fromEntries(names.filter((name) => from?.[name] !== undefined).map((n) => [n, from[n]]));
const same = [...Object.keys(asked), 'top_k'];
export const settingsAt = {
  openai: (body) => pick(body, same),
  anthropic: (body) => pick(body, same),
  gemini: ({ generationConfig: config }) =>
    pick(config, ['temperature', 'topP', 'topK', 'seed', 'presencePenalty', 'frequencyPenalty']),
  ollama: ({ options }) => pick(options, same),
  bedrock: ({ inferenceConfig: config, additionalModelRequestFields: more }) => ({
    ...pick(config, ['temperature', 'topP']),
    ...pick(more, ['top_k']),
  }),
  cohere: (body) => pick(body, [...same, 'p', 'k']),
};

// --- marks of caches ---

export const marked = { type: 'text', text: 'Look.', cache_control: { type: 'ephemeral' } };
/** What the user's words are behind a mark; dropped, where there is none. */
export const nativeMarked = {
  anthropic: [marked],
  bedrock: [{ text: 'Look.' }, { cachePoint: { type: 'default' } }],
};

// --- who speaks ---

const blocks = (...texts) => texts.map((text) => ({ type: 'text', text }));
const bare = (...texts) => texts.map((text) => ({ text }));
/** System and developer text before and between the user's two messages. */
export const nativeSpoken = {
  openai: ({ messages }) => [
    messages,
    [
      { role: 'system', content: 'A' },
      { role: 'user', content: 'x' },
      { role: 'system', content: 'B' },
      { role: 'user', content: 'y' },
    ],
  ],
  anthropic: ({ system, messages }) => [
    [system, messages],
    [blocks('A', 'B'), [{ role: 'user', content: blocks('x', 'y') }]],
  ],
  gemini: ({ systemInstruction, contents }) => [
    [systemInstruction.parts, contents],
    [bare('A', 'B'), [{ role: 'user', parts: bare('x', 'y') }]],
  ],
  ollama: ({ messages }) => [
    messages,
    [
      { role: 'system', content: 'A' },
      { role: 'user', content: 'x' },
      { role: 'system', content: 'B' },
      { role: 'user', content: 'y' },
    ],
  ],
  bedrock: ({ system, messages }) => [
    [system, messages],
    [bare('A', 'B'), [{ role: 'user', content: bare('x', 'y') }]],
  ],
  cohere: ({ messages }) => [
    messages,
    [
      { role: 'system', content: blocks('A', 'B') },
      { role: 'user', content: blocks('x') },
      { role: 'user', content: blocks('y') },
    ],
  ],
};

// --- thinking that is not wanted ---

export const nativeUnthought = {
  openai: ({ reasoning_effort: effort }) => [effort ?? 'none', 'none'],
  anthropic: ({ thinking }) => [thinking, undefined],
  // It cannot be forbidden there.
  gemini: ({ generationConfig }) => [generationConfig.thinkingConfig, { thinkingLevel: 'low' }],
  ollama: ({ think }) => [think, false],
  bedrock: ({ additionalModelRequestFields: fields }) => [fields, undefined],
  cohere: ({ thinking }) => [thinking, { type: 'disabled' }],
};
