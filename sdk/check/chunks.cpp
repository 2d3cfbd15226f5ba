#include "chunks.hpp"

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench.hpp"
#include "calls.hpp"
#include "command.hpp"
#include "frames.hpp"
#include "note.hpp"
#include "runner.hpp"
#include "samples.hpp"

namespace sluice::check {

namespace {

std::string written(const nlohmann::json& json, int indent = -1) {
  return json.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json chunksOf(const Bench& bench, const testing::Transcript& transcript) {
  nlohmann::json out = {{"transcript", transcript.name}};
  std::uint32_t framing = SLUICE_FRAME_WHOLE;
  if (std::string fault = faultOfFraming(bench, transcript, framing); !fault.empty()) {
    out["fault"] = std::move(fault);
    return out;
  }
  note::during("the transcript " + transcript.name + " was decoded");
  Pushes pushes;
  out["chunks"] = decode(bench, transcript.asked(), transcript.status, transcript.fields(),
                         Recorded{transcript, framing}.frames(), pushes)
                      .log;
  return out;
}

// The first component that decodes. Nothing of it is taken down: the process ends.
nlohmann::json allChunks(const Options& options) {
  auto* const host = new Host;
  auto* const library = new Library(options.file);
  library->initialise(*host);
  for (const sluice_component* component : library->components()) {
    Bench bench(options);
    const auto settings = bench.settingsFor(*component);
    if (!settings) continue;
    auto* const instance = new Instance(*component, *host, *settings);
    if (!*instance) continue;
    bench.instance = instance->get();
    bench.codec = instance->table<sluice_codec>(SLUICE_EXT_CODEC);
    if (bench.codec == nullptr) continue;
    nlohmann::json out = nlohmann::json::array();
    for (const testing::Transcript& transcript : transcriptsOf(bench))
      out.push_back(chunksOf(bench, transcript));
    return out;
  }
  throw Skip{"no component that can be created has sluice.codec/1; does it need --settings?"};
}

}  // namespace

void tellChunks(const Options& options) {
  nlohmann::json told;
  try {
    told = allChunks(options);
  } catch (const Failure& failure) {
    told = {{"fault", failure.did + ": " + failure.came}};
  } catch (const Skip& skip) {
    told = {{"fault", skip.why}};
  }
  note::result(written(told));
}

int printChunks(const Options& options, bool json) {
  std::vector<std::string> arguments = {"sluice-plugin-check"};
  const std::vector<std::string> words = wordsOf(options);
  arguments.insert(arguments.end(), words.begin(), words.end());
  arguments.push_back("--print-chunks");
  const Child child = runChild(arguments, options.timeout);
  const auto told = nlohmann::json::parse(child.result, nullptr, false);
  if (!told.is_array()) {
    std::cerr << "sluice-plugin-check: "
              << (told.is_object() ? told.value("fault", std::string())
                                   : endOf(child, options.timeout) + " " + child.where)
              << "\n";
    return 1;
  }
  bool whole = true;
  for (const auto& one : told) whole = whole && !one.contains("fault");
  if (json) {
    std::cout << written(told, 2) << "\n";
    return whole ? 0 : 1;
  }
  for (const auto& one : told)
    std::cout << "# " << one.value("transcript", std::string()) << "\n"
              << (one.contains("fault") ? one.value("fault", std::string()) + "\n"
                                        : one.value("chunks", std::string()))
              << "\n";
  return whole ? 0 : 1;
}

}  // namespace sluice::check
