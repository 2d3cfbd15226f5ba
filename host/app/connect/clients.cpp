#include "app/connect/clients.hpp"

#include <algorithm>
#include <array>

#include "app/connect/agent_files.hpp"
#include "app/connect/snippets.hpp"

namespace sluice::app {

namespace {

constexpr std::array kClients = {
    Client{.name = "opencode",
           .about = "OpenCode: opencode.json with every model",
           .files = opencodeFiles,
           .then = "opencode; /models lists them below Sluice",
           .thenIfKept = "opencode --model sluice/@MODEL@"},
    Client{.name = "codex",
           .about = "Codex: config.toml",
           .files = codexFiles,
           .then = "codex",
           .thenIfKept = "codex -c model_provider=sluice -c web_search=disabled -m @MODEL@"},
    Client{.name = "claude-code",
           .also = "claude",
           .about = "Claude Code: variables for the shell; settings.json with --write",
           .print = claudeCodeVariables,
           .files = claudeCodeFiles,
           .then = "claude; /status tells the base URL"},
    Client{.name = "roo-code",
           .also = "roo",
           .about = "Roo Code: what to type into its settings",
           .print = editorSettings,
           .typed = true,
           .then = "save, and begin a task"},
    Client{.name = "cline",
           .about = "Cline: what to type into its settings",
           .print = editorSettings,
           .typed = true,
           .then = "save, and begin a task"},
    Client{.name = "aider",
           .about = "Aider: .aider.conf.yml and .aider.model.metadata.json",
           .files = aiderFiles,
           .then = "export OPENAI_API_KEY=@KEY@; aider",
           .thenIfKept = "export OPENAI_API_KEY=@KEY@; aider --model openai/@MODEL@ "
                         "--openai-api-base @V1@"},
    Client{.name = "aiderdesk",
           .also = "aider-desk",
           .about = "AiderDesk: what to type into its Model Library",
           .form = Form::words,
           .text = kAiderDesk,
           .typed = true,
           .then = "choose a model in the model selector"},
    Client{.name = "continue",
           .about = "Continue: config.yaml with every model",
           .files = continueFiles,
           .keyPlace = "~/.continue/.env",
           .then = "choose a model below the chat"},
    Client{.name = "open-webui",
           .also = "openwebui",
           .about = "Open WebUI: variables for its first start",
           .form = Form::shell,
           .text = kOpenWebUi,
           .then = "open-webui serve"},
    Client{.name = "librechat",
           .about = "LibreChat: librechat.yaml of the working directory",
           .files = libreChatFiles,
           .keyPlace = "LibreChat's .env",
           .then = "restart LibreChat"},
    Client{.name = "curl", .about = "curl: one call", .print = curlCall},
    Client{.name = "openai-python",
           .also = "python",
           .about = "OpenAI's library for Python",
           .form = Form::python,
           .text = kOpenAiPython},
    Client{.name = "openai-node",
           .also = "node",
           .about = "OpenAI's library for JavaScript",
           .form = Form::javascript,
           .text = kOpenAiNode},
    Client{.name = "anthropic-python",
           .about = "Anthropic's library for Python",
           .form = Form::python,
           .text = kAnthropicPython},
    Client{.name = "anthropic-node",
           .about = "Anthropic's library for JavaScript",
           .form = Form::javascript,
           .text = kAnthropicNode},
    Client{.name = "vercel-ai-sdk",
           .also = "ai-sdk",
           .about = "Vercel's AI SDK",
           .form = Form::javascript,
           .text = kVercelAiSdk},
    Client{.name = "langchain",
           .also = "langchain-python",
           .about = "LangChain for Python",
           .form = Form::python,
           .text = kLangChain},
    Client{.name = "langchain-js",
           .about = "LangChain for JavaScript",
           .form = Form::javascript,
           .text = kLangChainJs},
};

}  // namespace

std::span<const Client> clients() { return kClients; }

const Client* findClient(std::string_view name) {
  const auto found = std::ranges::find_if(kClients, [name](const Client& client) {
    return client.name == name || (!name.empty() && client.also == name);
  });
  return found == kClients.end() ? nullptr : &*found;
}

std::vector<Document> printedFor(const Client& client, const Offer& offer) {
  if (client.print != nullptr) return client.print(offer);
  if (client.text.empty()) return client.files(offer);
  return {{.form = client.form, .text = filled(client.form, client.text, offer)}};
}

}  // namespace sluice::app
