// Google's generateContent, at the Gemini API and at Vertex AI. A name that it does not know is an
// error there. Calls have no ids: results are matched by name and order.
import { json } from '../answers.js';
import { asked, joined, members, must, promptOf, words } from '../neutral.js';
import { accountAt } from '../token_server.js';

// Without the signature of a turn's first call, the turn is refused.
const callSignature = 'Y2FsbA==';
// Stands for that of a call that another model made.
const unsigned = 'skip_thought_signature_validator';

function readPart(part, where) {
  const kinds = ['text', 'inlineData', 'fileData', 'functionCall', 'functionResponse'];
  members(part, where, [], [...kinds, 'thought', 'thoughtSignature']);
  must(kinds.filter((kind) => part[kind] !== undefined).length === 1, `${where}: one kind of data`);
  return part;
}

function readUser(parts, where) {
  const turn = { user: '' };
  for (const part of parts) {
    if (part.text !== undefined) turn.user += part.text;
    else if (part.inlineData) {
      const { mimeType: type, data } = members(part.inlineData, where, ['mimeType', 'data']);
      turn.image = { type, data };
    } else if (part.fileData) {
      turn.image = { url: members(part.fileData, where, ['mimeType', 'fileUri']).fileUri };
    } else must(false, `${where}: a text or a picture`);
  }
  return turn;
}

function readResults(parts, calls, where) {
  must(parts.length === calls.length, `${where}: a result for each call`);
  const results = parts.map((part, place) => {
    const { name, response } = members(part.functionResponse, where, ['name', 'response']);
    must(name === calls[place].name, `${where}: the name of its call`);
    must(typeof response === 'object' && !Array.isArray(response), `${where}: an object`);
    return { text: response.output };
  });
  return { results };
}

function readSaid(parts, where) {
  const said = { text: '', calls: [] };
  for (const part of parts) {
    const { thoughtSignature: signature } = part;
    if (signature && ![callSignature, unsigned].includes(signature)) said.signature = signature;
    if (part.functionCall) {
      must(said.calls.length || signature, `${where}: the first call is signed`);
      const { name, args } = members(part.functionCall, where, ['name'], ['args']);
      said.calls.push({ name, arguments: args ?? {} });
    } else if (!part.thought) said.text += part.text;
  }
  return { said };
}

function readTurns(contents) {
  let before = 'model';
  let calls = [];
  return contents.map((content, place) => {
    const where = `contents[${place}]`;
    const { role, parts } = members(content, where, ['role', 'parts']);
    must(['user', 'model'].includes(role), `${where}.role`);
    must(parts.length, `${where}: has parts`);
    parts.forEach((part) => readPart(part, where));
    if (role === 'user' && calls.length) {
      const turn = readResults(parts, calls, where);
      [before, calls] = ['user', []];
      return turn;
    }
    must(role !== before, `${where}: turns alternate`);
    before = role;
    if (role === 'user') return readUser(parts, where);
    const turn = readSaid(parts, where);
    calls = turn.said.calls;
    return turn;
  });
}

function readTools(tools = []) {
  return tools.flatMap((tool) =>
    members(tool, 'tool', ['functionDeclarations']).functionDeclarations.map((one) => {
      members(one, 'function', ['name'], ['description', 'parametersJsonSchema']);
      // One that takes nothing has no schema, because an empty one is refused.
      const { name, description, parametersJsonSchema: parameters } = one;
      must(!parameters || Object.keys(parameters.properties).length, 'a schema with properties');
      return { name, description, parameters: parameters ?? { type: 'object', properties: {} } };
    }),
  );
}

const modes = { AUTO: 'auto', ANY: 'required', NONE: 'none' };

function readChoice(config) {
  if (config === undefined) return 'auto';
  const { functionCallingConfig: calling } = members(config, 'toolConfig', [
    'functionCallingConfig',
  ]);
  return modes[members(calling, 'functionCallingConfig', ['mode']).mode];
}

function readThinking(config) {
  if (config === undefined) return false;
  members(config, 'thinkingConfig', ['thinkingLevel', 'includeThoughts']);
  must(
    ['low', 'high', 'LOW', 'HIGH', 'medium', 'MEDIUM'].includes(config.thinkingLevel),
    `level ${config.thinkingLevel}`,
  );
  return config.includeThoughts;
}

function readBody(body) {
  members(
    body,
    'body',
    ['contents'],
    ['systemInstruction', 'tools', 'toolConfig', 'generationConfig', 'safetySettings'],
  );
  const config = members(
    body.generationConfig ?? {},
    'generationConfig',
    [],
    [
      'maxOutputTokens',
      'responseMimeType',
      'responseJsonSchema',
      'thinkingConfig',
      'temperature',
      'stopSequences',
    ],
  );
  const json = config.responseMimeType === 'application/json';
  must(json === (config.responseJsonSchema !== undefined), 'a schema with its type');
  const { parts = [] } = members(
    body.systemInstruction ?? {},
    'systemInstruction',
    [],
    ['role', 'parts'],
  );
  return {
    system: joined(parts.map((part) => part.text)),
    turns: readTurns(body.contents),
    tools: readTools(body.tools),
    choice: readChoice(body.toolConfig),
    schema: config.responseJsonSchema,
    thinks: readThinking(config.thinkingConfig),
    limit: config.maxOutputTokens,
    temperature: config.temperature,
    stop: config.stopSequences,
  };
}

const usageOf = (usage) => ({
  promptTokenCount: promptOf(usage),
  candidatesTokenCount: usage.output,
  ...(usage.reasoning && { thoughtsTokenCount: usage.reasoning }),
  ...(usage.cacheRead && { cachedContentTokenCount: usage.cacheRead }),
  totalTokenCount: promptOf(usage) + usage.output + usage.reasoning,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: promptOf(usage) }],
});

const reasons = {
  stop: 'STOP',
  tool_calls: 'STOP',
  length: 'MAX_TOKENS',
  content_filter: 'SAFETY',
};

const answerOf = (candidate, usage, model) => ({
  candidates: [{ ...candidate, index: 0 }],
  usageMetadata: usageOf(usage),
  modelVersion: model,
  responseId: 'up',
});

/** The parts of an answer, each text in a part of its own. The first call is signed. */
function partsOf({ reasoning, signature, text, calls }, cut) {
  const called = calls.map(({ name, arguments: args }, place) => ({
    functionCall: { name, args },
    ...(place === 0 && { thoughtSignature: signature ?? callSignature }),
  }));
  return [
    ...cut(reasoning).map((one) => ({ text: one, thought: true })),
    ...cut(text).map((one) => ({ text: one })),
    ...called,
  ];
}

// Lines end with CR LF, and JSON has a blank behind each colon.
const sent = (payload) => {
  const lines = JSON.stringify(payload, null, 1).split('\n');
  return `data: ${lines.map((line) => line.trimStart()).join(' ')}\r\n\r\n`;
};

const errorOf = (code, status, message, details = []) => ({
  error: { code, message, status, details },
});
const refused = (code, status, message, details) =>
  json(errorOf(code, status, message, details), { status: code });

const retry = {
  '@type': 'type.googleapis.com/google.rpc.RetryInfo',
  retryDelay: '30.4s',
};
const badKey = {
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason: 'API_KEY_INVALID',
  domain: 'googleapis.com',
};

const common = {
  base: '',
  model: 'gemini-3-pro-preview',
  told: ['cacheRead', 'reasoning'],
  ids: false,
  fetches: true,
  filters: true,
  maker: 'google',
  back: ['signature'],
  streamType: 'text/event-stream',
  /** `place`: where models are; `headers`: what else must be there. */
  readAt(request, place, headers) {
    const [, model, call] = /\/models\/([^:]+):(.*)$/.exec(request.path) ?? [];
    const calls = { generateContent: false, 'streamGenerateContent?alt=sse': true };
    must(call in calls, `no call ${request.path}`);
    asked(request, `${place}/models/${model}:${call}`, headers);
    return { model, stream: calls[call], ...readBody(request.json) };
  },
  whole(answer, { model }) {
    const whole = (text) => (text ? [text] : []);
    const content = { parts: partsOf(answer, whole), role: 'model' };
    const finishReason = reasons[answer.finish];
    return json(answerOf({ content, finishReason }, answer.usage, model));
  },
  frames(answer, { model }) {
    const none = { ...answer.usage, output: 0 };
    const parts = partsOf(answer, words).map((part) => ({
      content: { parts: [part], role: 'model' },
    }));
    // The last event has no content at all.
    const ending = answerOf({ finishReason: reasons[answer.finish] }, answer.usage, model);
    return {
      said: parts.map((one) => sent(answerOf(one, none, model))),
      ending: [sent(ending)],
    };
  },
  trouble: () => [sent(errorOf(503, 'UNAVAILABLE', 'The model is overloaded.'))],
  refusals: {
    // The wait stands in the body, not in a header.
    rate: () => refused(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded per minute', [retry]),
    key: () => refused(400, 'INVALID_ARGUMENT', 'API key not valid.', [badKey]),
    long: () =>
      refused(
        400,
        'INVALID_ARGUMENT',
        'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      ),
    fire: () => refused(500, 'INTERNAL', 'on fire'),
  },
};

export const gemini = {
  ...common,
  component: 'gemini',
  key: 'AIza-upstream',
  read(request) {
    return this.readAt(request, '/v1beta', { 'x-goog-api-key': 'AIza-upstream' });
  },
};

const place = '/v1/projects/project/locations/europe-west1/publishers/google';

export const vertex = {
  ...common,
  component: 'vertex',
  /** The tokens are those of `server`. Each cell has an account, that none takes another's token away. */
  keyAt: (server, cell) => JSON.stringify({ ...accountAt(server), cell }),
  settings: { project: 'project', location: 'europe-west1' },
  read(request) {
    return this.readAt(request, place, { authorization: 'Bearer ya29.upstream' });
  },
  refusals: {
    ...common.refusals,
    key: () => refused(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'),
  },
};
