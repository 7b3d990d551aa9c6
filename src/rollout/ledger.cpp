#include "podium/rollout/ledger.hpp"

#include "base/digest.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>
#include <sys/file.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <mutex>
#include <sstream>
#include <unistd.h>

namespace podium::inline v0::rollout {
namespace {

using Json = nlohmann::json;  // keys sorted: one text for one value

std::string const no_line(64, '0');

std::string without_digest(LedgerEntry const& entry) {
  Json const json{{"index", entry.index},
                  {"time", entry.time},
                  {"kind", entry.kind},
                  {"body", Json::parse(entry.body)},
                  {"previous", entry.previous}};
  return json.dump();
}

std::string line_of(LedgerEntry const& entry) {
  Json json = Json::parse(without_digest(entry));
  json["digest"] = entry.digest;
  return json.dump();
}

std::optional<LedgerEntry> parse(std::string const& line) {
  auto const json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  try {
    return LedgerEntry{json.at("index"),       json.at("time"),     json.at("kind"),
                       json.at("body").dump(), json.at("previous"), json.at("digest")};
  } catch (Json::exception const&) {
    return std::nullopt;
  }
}

Error io_error(std::filesystem::path const& file, char const* what) {
  return Error{errno == ENOSPC ? Errc::exhausted : Errc::unavailable,
               std::string{"cannot "} + what + " the ledger `" + file.string() + "`: " + std::strerror(errno)};
}

}  // namespace

struct Ledger::State {
  std::filesystem::path file;
  int descriptor = -1;
  std::uint64_t next = 0;
  std::string last = no_line;
  std::mutex mutex;
  ~State() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

Ledger::Ledger(std::unique_ptr<State> state) : state_{std::move(state)} {}
Ledger::~Ledger() = default;
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;

Result<Ledger> Ledger::open(std::filesystem::path file) {
  auto state = std::make_unique<State>();
  state->file = std::move(file);
  state->descriptor = ::open(state->file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (state->descriptor < 0) return io_error(state->file, "open");
  if (::flock(state->descriptor, LOCK_EX | LOCK_NB) != 0)
    return Error{Errc::locked, "another process writes the ledger `" + state->file.string() + "`"};

  std::ifstream in{state->file, std::ios::binary};
  std::ostringstream all;
  all << in.rdbuf();
  auto text = all.str();
  // A crash in the middle of a line leaves a torn end: it was never answered for, so it is cut, and the cut is
  // recorded.
  auto const whole = text.empty() ? 0 : text.rfind('\n') + 1;
  bool const torn = whole != text.size();
  if (torn) {
    text.resize(whole);
    if (::ftruncate(state->descriptor, static_cast<off_t>(whole)) != 0) return io_error(state->file, "repair");
  }
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    auto entry = parse(line);
    if (!entry)
      return Error{Errc::protocol, "line " + std::to_string(state->next + 1) + " of the ledger `" +
                                       state->file.string() + "` is not an entry"};
    ++state->next;
    state->last = entry->digest;
  }
  Ledger ledger{std::move(state)};
  if (torn)
    if (auto noted = ledger.append("repaired", R"({"reason":"the last line was torn and has been cut"})"); !noted)
      return std::move(noted).error();
  return ledger;
}

Result<LedgerEntry> Ledger::append(std::string kind, std::string json_body) {
  auto body = Json::parse(json_body, nullptr, false);
  if (body.is_discarded()) return Error{Errc::invalid_argument, "the body of a ledger entry is not JSON"};
  std::lock_guard lock{state_->mutex};
  LedgerEntry entry{
      state_->next, base::rfc3339(std::chrono::system_clock::now()), std::move(kind), body.dump(), state_->last, {}};
  entry.digest = base::sha256(without_digest(entry));
  auto const line = line_of(entry) + "\n";
  auto const end = ::lseek(state_->descriptor, 0, SEEK_END);
  if (end < 0) return io_error(state_->file, "write");
  // No half line stays behind, nor one that is not on the disk for sure: the next would be chained past it.
  auto const undo = [&](char const* what) {
    auto error = io_error(state_->file, what);
    [[maybe_unused]] auto const undone = ::ftruncate(state_->descriptor, end);
    return error;
  };
  for (std::size_t done = 0; done < line.size();) {
    auto const wrote = ::write(state_->descriptor, line.data() + done, line.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return undo("write");
    done += static_cast<std::size_t>(wrote);
  }
  if (::fdatasync(state_->descriptor) != 0) return undo("flush");
  ++state_->next;
  state_->last = entry.digest;
  return entry;
}

Result<std::vector<LedgerEntry>> Ledger::read() const {
  std::ifstream in{state_->file, std::ios::binary};
  if (!in) return Error{Errc::not_found, "cannot read the ledger `" + state_->file.string() + "`"};
  std::vector<LedgerEntry> entries;
  for (std::string line; std::getline(in, line);) {
    auto entry = parse(line);
    if (!entry)
      return Error{Errc::protocol, "line " + std::to_string(entries.size() + 1) + " of the ledger `" +
                                       state_->file.string() + "` is not an entry"};
    entries.push_back(*std::move(entry));
  }
  return entries;
}

Result<void> Ledger::verify() const {
  auto entries = read();
  if (!entries) return std::move(entries).error();
  auto previous = no_line;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    auto const& entry = (*entries)[i];
    if (entry.index != i || entry.previous != previous || entry.digest != base::sha256(without_digest(entry)))
      return Error{Errc::protocol, "line " + std::to_string(i + 1) + " of the ledger `" + state_->file.string() +
                                       "` does not fit the chain: it, or a line before it, was changed"};
    previous = entry.digest;
  }
  return {};
}

}  // namespace podium::inline v0::rollout
