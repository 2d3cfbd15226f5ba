// Google's Gemini API, as an upstream speaks it.
import { json, sse } from '../answers.js';
import { allTokens as all, textOf, tokens, words } from './turns.js';

const errors = { 400: 'INVALID_ARGUMENT', 429: 'RESOURCE_EXHAUSTED', 500: 'INTERNAL' };
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
  ...words(turn.text).map((text) => ({ text })),
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

export default {
  model: 'gemini-2.5-flash',
  provider: ({ scheme, port }) => ({
    component: 'gemini',
    base_url: `${scheme}://127.0.0.1:${port}`,
    keys: ['sk-upstream'],
  }),
  eol: '\r\n',
  stream: geminiStream,
  whole: (turn) => json(geminiAnswer(geminiParts(turn), geminiReason(turn))),
  heard: heardByGemini,
  fail: (status, message) =>
    json({ error: { code: status, message, status: errors[status] } }, { status }),
  hello: () => [geminiAnswer([{ text: 'Hello ' }])],
};
