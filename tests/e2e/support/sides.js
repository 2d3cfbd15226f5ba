// All clients' dialects and all providers' wires.
import { chat } from './dialects/chat.js';
import { messages } from './dialects/messages.js';
import { responses } from './dialects/responses.js';
import { anthropic } from './wires/anthropic.js';
import { azure } from './wires/azure.js';
import { bedrock } from './wires/bedrock.js';
import { cohere } from './wires/cohere.js';
import { gemini, vertex } from './wires/gemini.js';
import { ollama } from './wires/ollama.js';
import { openai } from './wires/openai.js';
import { azureResponses, openaiResponses } from './wires/openai_responses.js';

export const dialects = [chat, responses, messages];
export const wires = {
  openai,
  'openai-responses': openaiResponses,
  azure,
  'azure-responses': azureResponses,
  anthropic,
  gemini,
  vertex,
  ollama,
  bedrock,
  cohere,
};
