// What is printed for clients that have no file: templates (see filled()), and the few texts that
// depend on more than a template can say.
// Threads: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "app/connect/document.hpp"

namespace sluice::app {

// Roo Code and Cline, which ask for the same.
std::vector<Document> editorSettings(const Offer& offer);
std::vector<Document> curlCall(const Offer& offer);

inline constexpr std::string_view kAiderDesk = R"(Model Library > Add Provider > LiteLLM
Base URL:  @URL@
API Key:   @KEY@
Model:     litellm/@MODEL@

or, without sizes and prices:

Model Library > Add Provider > OpenAI Compatible
Base URL:  @V1@
API Key:   @KEY@
Model:     openai-compatible/@MODEL@
)";

inline constexpr std::string_view kOpenWebUi = R"(export OPENAI_API_BASE_URL="@V1@"
export OPENAI_API_KEY=@KEY@
)";

inline constexpr std::string_view kOpenAiPython = R"(@OS@from openai import OpenAI

client = OpenAI(base_url="@V1@", api_key=@KEY@)
answer = client.chat.completions.create(
    model=@MODEL@,
    messages=[{"role": "user", "content": "Say hello"}],
)
print(answer.choices[0].message.content)
)";

inline constexpr std::string_view kOpenAiNode = R"(import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '@V1@', apiKey: @KEY@ });
const answer = await client.chat.completions.create({
  model: @MODEL@,
  messages: [{ role: 'user', content: 'Say hello' }],
});
console.log(answer.choices[0].message.content);
)";

inline constexpr std::string_view kAnthropicPython = R"(@OS@from anthropic import Anthropic

client = Anthropic(base_url="@URL@", api_key=@KEY@)
answer = client.messages.create(
    model=@MODEL@,
    max_tokens=1024,
    messages=[{"role": "user", "content": "Say hello"}],
)
print(answer.content[0].text)
)";

inline constexpr std::string_view kAnthropicNode = R"(import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ baseURL: '@URL@', apiKey: @KEY@ });
const answer = await client.messages.create({
  model: @MODEL@,
  max_tokens: 1024,
  messages: [{ role: 'user', content: 'Say hello' }],
});
console.log(answer.content[0].text);
)";

inline constexpr std::string_view kVercelAiSdk =
    R"(import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText } from 'ai';

const sluice = createOpenAICompatible({
  name: 'sluice',
  baseURL: '@V1@',
  apiKey: @KEY@,
  includeUsage: true,
});
const { text } = await generateText({ model: sluice(@MODEL@), prompt: 'Say hello' });
console.log(text);
)";

inline constexpr std::string_view kLangChain = R"(@OS@from langchain_openai import ChatOpenAI

model = ChatOpenAI(model=@MODEL@, base_url="@V1@", api_key=@KEY@)
print(model.invoke("Say hello").content)
)";

inline constexpr std::string_view kLangChainJs = R"(import { ChatOpenAI } from '@langchain/openai';

const model = new ChatOpenAI({
  model: @MODEL@,
  apiKey: @KEY@,
  configuration: { baseURL: '@V1@' },
});
const answer = await model.invoke('Say hello');
console.log(answer.content);
)";

}  // namespace sluice::app
