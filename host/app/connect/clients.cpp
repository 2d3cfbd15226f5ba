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
           .form = Form::shell,
           .files = opencodeFiles,
           .then = "opencode; /models lists them below Sluice"},
    Client{.name = "codex",
           .about = "Codex: config.toml",
           .form = Form::shell,
           .files = codexFiles,
           .then = "codex"},
    Client{.name = "claude-code",
           .also = "claude",
           .about = "Claude Code: variables for the shell; settings.json with --write",
           .form = Form::shell,
           .print = claudeCodeVariables,
           .files = claudeCodeFiles,
           .then = "claude; /status tells the base URL"},
    Client{.name = "roo-code",
           .also = "roo",
           .about = "Roo Code: what to type into its settings",
           .form = Form::words,
           .print = editorSettings,
           .key = "the extension keeps the key that is typed",
           .then = "save, and begin a task"},
    Client{.name = "cline",
           .about = "Cline: what to type into its settings",
           .form = Form::words,
           .print = editorSettings,
           .key = "the extension keeps the key that is typed",
           .then = "save, and begin a task"},
    Client{.name = "aider",
           .about = "Aider: .aider.conf.yml and .aider.model.metadata.json",
           .form = Form::shell,
           .files = aiderFiles,
           .key = "export OPENAI_API_KEY=@KEY@",
           .then = "aider"},
    Client{.name = "aiderdesk",
           .also = "aider-desk",
           .about = "AiderDesk: what to type into its Model Library",
           .form = Form::words,
           .text = kAiderDesk,
           .key = "AiderDesk keeps the key that is typed",
           .then = "choose a model in the model selector"},
    Client{.name = "continue",
           .about = "Continue: config.yaml with every model",
           .form = Form::words,
           .files = continueFiles,
           .key = "~/.continue/.env: @KEYNAME@=<one of the gateway's keys>",
           .then = "choose a model below the chat"},
    Client{.name = "open-webui",
           .also = "openwebui",
           .about = "Open WebUI: variables for its first start",
           .form = Form::shell,
           .text = kOpenWebUi,
           .then = "open-webui serve"},
    Client{.name = "librechat",
           .about = "LibreChat: librechat.yaml of the working directory",
           .form = Form::words,
           .files = libreChatFiles,
           .key = "LibreChat's .env: @KEYNAME@=<one of the gateway's keys>",
           .then = "restart LibreChat"},
    Client{.name = "curl", .about = "curl: one call", .form = Form::shell, .print = curlCall},
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
    Client{
        .name = "langchain-js",
        .about = "LangChain for JavaScript",
        .form = Form::javascript,
        .text = kLangChainJs,
    },
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
