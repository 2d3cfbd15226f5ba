#include "app/anthropic_models.hpp"

#include <algorithm>

#include "app/model_list.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "calls/model_facts.hpp"
#include "wire/query.hpp"

namespace sluice::app {

namespace {

using calls::ListedModel;

constexpr std::uint64_t kPage = 20;
constexpr std::uint64_t kMostOfAPage = 1000;

void appendSize(json::Writer& w, const char* name, const std::optional<std::uint64_t>& size) {
  w.key(name);
  if (size) w.number(*size);
  else w.null();
}

void appendModel(json::Writer& w, const ListedModel& model) {
  const calls::ModelFacts facts = calls::factsOf(model);
  w.beginObject().key("type").string("model").key("id").string(model.id);
  // The time that stands for one that is not known.
  w.key("display_name").string(model.id).key("created_at").string("1970-01-01T00:00:00Z");
  appendSize(w, "max_input_tokens", facts.context);
  appendSize(w, "max_tokens", facts.maxOutput);
  w.key("lifecycle").string("active");
  for (const char* name : {"capabilities", "line", "deprecated_at", "retires_at"})
    w.key(name).null();
  w.endObject();
}

calls::Problem refusal(const char* param, std::string message) {
  calls::Problem made;
  made.status = 400;
  made.type = "invalid_request_error";
  made.param = param;
  made.message = std::move(message);
  return made;
}

// Part of a list, by position.
struct Page {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool more = false;  // in the direction that was asked for
};

// Where the model of a cursor stands. False, with `problem`: nowhere.
bool place(const std::vector<ListedModel>& models, const char* param,
           const std::optional<std::string>& id, std::size_t& at, calls::Problem& problem) {
  if (!id) return true;
  const auto found = std::find_if(models.begin(), models.end(),
                                  [&id](const ListedModel& model) { return model.id == *id; });
  at = static_cast<std::size_t>(found - models.begin());
  if (found != models.end()) return true;
  problem = refusal(param, "there is no model '" + *id + "'");
  return false;
}

bool pageOf(const std::vector<ListedModel>& models, std::string_view query, Page& page,
            calls::Problem& problem) {
  const auto after = wire::queryParameter(query, "after_id");
  const auto before = wire::queryParameter(query, "before_id");
  const auto asked = wire::queryParameter(query, "limit");
  const std::uint64_t limit = asked ? text::parseUnsigned(*asked).value_or(0) : kPage;
  if (limit < 1 || limit > kMostOfAPage) {
    problem = refusal("limit", "must be a number from 1 to 1000");
    return false;
  }
  if (after && before) {
    problem = refusal("before_id", "goes not together with after_id");
    return false;
  }
  page.end = models.size();
  if (!place(models, "after_id", after, page.begin, problem) ||
      !place(models, "before_id", before, page.end, problem)) {
    return false;
  }
  if (after) ++page.begin;
  page.more = page.end - page.begin > limit;
  if (page.more && before) page.begin = page.end - limit;
  else if (page.more) page.end = page.begin + limit;
  return true;
}

}  // namespace

std::string anthropicModels(const calls::Generation& generation, std::string_view query,
                            calls::Problem& problem) {
  const std::vector<ListedModel> models = generation.models();
  std::string out;
  Page page;
  if (!pageOf(models, query, page, problem)) return out;
  json::Writer w(out);
  w.beginObject().key("data").beginArray();
  for (std::size_t i = page.begin; i < page.end; ++i) appendModel(w, models[i]);
  w.endArray().key("has_more").boolean(page.more);
  const bool any = page.begin < page.end;
  w.key("first_id");
  if (any) w.string(models[page.begin].id);
  else w.null();
  w.key("last_id");
  if (any) w.string(models[page.end - 1].id);
  else w.null();
  w.endObject();
  return out;
}

std::string anthropicModel(const calls::Generation& generation, std::string_view id) {
  std::string out;
  const auto model = listedModel(generation, id);
  if (!model) return out;
  json::Writer w(out);
  appendModel(w, *model);
  return out;
}

}  // namespace sluice::app
