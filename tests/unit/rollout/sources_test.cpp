#include "podium/rollout/sources.hpp"

#include "fake_endpoint.hpp"
#include "rollout/supported.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

using namespace podium;
using namespace rollout_test;

namespace {

struct Fixture {
  std::shared_ptr<FakeEndpoint> wire = std::make_shared<FakeEndpoint>();
  testing::FakeClock clock;
  Session session{
      {"https://arm.test", "s", "rg", "ws"}, wire, static_token("t"), {.retry = {.max_attempts = 1}, .clock = &clock}};
  ScoringClient scoring{session, "https://e.test/score", "k1"};
  rollout::LoadPlan plan{.rps = 20'000,
                         .warmup = std::chrono::seconds{0},
                         .requests = 200,
                         .most_at_once = 4,
                         .deployment = {},
                         .edges_ms = {250}};

  /// Every file of the data collector, by its path.
  std::map<std::string, std::string> files;
  void serve_files() {
    wire->first = [this](http::Request const& request) -> std::optional<FakeEndpoint::Answer> {
      if (!request.url.starts_with("https://acct.blob")) return std::nullopt;
      if (request.url.find("comp=list") != std::string::npos) {
        std::string blobs;
        for (auto const& [path, content] : files) {
          auto const folder = path.substr(0, path.rfind('/') + 1);
          auto const wanted = request.url.find("challenger") != std::string::npos ? "/challenger/" : "/champion/";
          if (folder.find(wanted) != std::string::npos) blobs += "<Blob><Name>" + path + "</Name></Blob>";
        }
        return http::Response{200, {}, "<EnumerationResults><Blobs>" + blobs + "</Blobs></EnumerationResults>"};
      }
      for (auto const& [path, content] : files)
        if (request.url.find(path) != std::string::npos) return http::Response{200, {}, content};
      return http::Response{404, {}, {}};
    };
  }
};

std::string const folder_of = "modelDataCollector/e/";

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a load test counts every request once, failed ones as errors, with an edge at each limit") {
  wire->status = [](std::string const&, std::string const& id) { return id.ends_with("7") ? 500 : 200; };
  auto const sample = rollout::load_test(scoring, "e", {"[0.5]", "[0.1]"}, plan).value();
  CHECK(sample.open_loop);
  CHECK(sample.errors == 20);
  std::int64_t answered = 0;
  for (auto const& bin : sample.bins) answered += bin.count;
  CHECK(answered == 180);
  for (std::size_t i = 1; i < sample.bins.size(); ++i) CHECK(sample.bins[i].upper_ms > sample.bins[i - 1].upper_ms);
  CHECK(wire->live_requests["champion"] == 200);
}

TEST_CASE_FIXTURE(Fixture, "a load test that nothing answers, or that has nothing to send, is an error") {
  wire->first = [](http::Request const&) -> std::optional<FakeEndpoint::Answer> {
    return FakeEndpoint::Answer{Error{Errc::unavailable, "no route"}};
  };
  auto const dead = rollout::load_test(scoring, "e", {"[0.5]"}, plan);
  REQUIRE_FALSE(dead);
  CHECK(dead.error().to_string().find("no route") != std::string::npos);
  CHECK(rollout::load_test(scoring, "e", {}, plan).error().code() == Errc::invalid_argument);
  plan.rps = 0;
  CHECK(rollout::load_test(scoring, "e", {"[0.5]"}, plan).error().code() == Errc::invalid_argument);
}

TEST_CASE_FIXTURE(Fixture, "a load test can be interrupted") {
  std::stop_source stop;
  stop.request_stop();
  auto const stopped = rollout::load_test(scoring, "e", {"[0.5]"}, plan, Context{stop.get_token(), {}});
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code() == Errc::cancelled);
}

TEST_CASE_FIXTURE(Fixture, "mirrored answers find their pair by request, and those without one are counted") {
  files[folder_of + "champion/model_outputs/2026/01/01/00/a.jsonl"] =
      R"({"xrequestid":"1","data":[{"score":0.1},{"score":0.2}]})"
      "\n"
      R"({"xrequestid":"2","data":[{"score":0.3}]})"
      "\n";
  files[folder_of + "challenger/model_outputs/2026/01/01/00/a.jsonl"] =
      R"({"xrequestid":"2","data":[{"score":0.35}]})"
      "\n"
      R"({"xrequestid":"1","data":[{"score":0.15},{"score":0.25}]})"
      "\n"
      R"({"xrequestid":"9","data":[{"score":0.9}]})"
      "\nnot json\n";
  serve_files();
  auto const pairs = rollout::collect_shadow(FilesClient{session}, "e", "champion", "challenger").value();
  CHECK(pairs.champion == std::vector<double>{.3, .1, .2});
  CHECK(pairs.challenger == std::vector<double>{.35, .15, .25});
  CHECK(pairs.mirrored == 4);
  CHECK(rollout::to_csv(pairs) == "champion,challenger\n0.3,0.35\n0.1,0.15\n0.2,0.25\n");
}

TEST_CASE_FIXTURE(Fixture, "mirrored answers find their pair by a logged column where one is named") {
  files[folder_of + "champion/model_outputs/2026/01/01/00/a.jsonl"] =
      R"({"xrequestid":"1","data":[{"key":"a","prediction":0.1},{"key":7,"prediction":0.2}]})"
      "\n";
  files[folder_of + "challenger/model_outputs/2026/01/01/00/a.jsonl"] =
      R"({"xrequestid":"x","data":[{"key":7,"prediction":0.21},{"key":"a","prediction":0.11},{"key":"b","prediction":0.5}]})"
      "\n";
  serve_files();
  auto const pairs = rollout::collect_shadow(FilesClient{session}, "e", "champion", "challenger", "key").value();
  CHECK(pairs.champion == std::vector<double>{.2, .1});
  CHECK(pairs.challenger == std::vector<double>{.21, .11});
  CHECK(pairs.mirrored == 3);
}

TEST_CASE_FIXTURE(Fixture,
                  "an output of a job is fetched by its name and path, and an unknown one names those that are there") {
  files["azureml/out/holdout.csv"] = "id,y\n";
  serve_files();
  auto const blobs = wire->first;
  wire->first = [blobs](http::Request const& request) -> std::optional<FakeEndpoint::Answer> {
    if (request.url.find("/jobs/train?") == std::string::npos) return blobs(request);
    return http::Response{
        200,
        {},
        R"({"name":"train","properties":{"jobType":"Command","status":"Completed","outputs":{"scored":)"
        R"({"jobOutputType":"uri_folder","uri":"azureml://datastores/workspaceblobstore/paths/azureml/out/"}}}})"};
  };
  auto const folder = std::filesystem::temp_directory_path() / ("podium-sources-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  auto const file = rollout::fetch_output(session, "train", "scored/holdout.csv", folder);
  REQUIRE_MESSAGE(file, (file ? "" : file.error().to_string()));
  CHECK(file->filename() == "holdout.csv");
  std::ifstream in{*file};
  CHECK(std::string{std::istreambuf_iterator<char>{in}, {}} == "id,y\n");
  auto const missing = rollout::fetch_output(session, "train", "model", folder);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().to_string().find("it has `scored`") != std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST_CASE("a rollout refuses by name what it does not do of a policy, and nothing else") {
  model::PromotionPolicy policy;
  policy.canary =
      model::CanaryStage{.steps = {{10, 100, {{"error_rate", .02}}}}, .rollback = {{"error_rate", "champion"}}};
  CHECK(rollout::check_supported(policy));
  policy.canary->steps[0].min_time = std::chrono::minutes{30};
  policy.canary->rollback.push_back({"exceed_ms_250", "champion"});
  policy.shadow = model::ShadowStage{.checks = {{"js", "js_distance", "", .1}}};
  policy.promotion_path = {"dev", "prod"};
  auto const refused = rollout::check_supported(policy);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == Errc::invalid_argument);
  for (auto const* name :
       {"canary.steps.min.time", "canary.rollback.exceed_ms_250", "shadow.checks.js", "promotion_path"})
    CHECK_MESSAGE(refused.error().message().find(name) != std::string::npos, name);
}
