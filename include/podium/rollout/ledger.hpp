#pragma once

#include "podium/result.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace podium::inline v0::rollout {

struct LedgerEntry {
  std::uint64_t index = 0;
  std::string time;      ///< RFC 3339
  std::string kind;      ///< decision, intent, applied, step, rollback, promotion, ...
  std::string body;      ///< canonical JSON
  std::string previous;  ///< sha256 of the line before; 64 zeros for the first
  std::string digest;    ///< sha256 of this line without its digest
};

/// Append-only JSON lines, each chained to the one before by SHA-256.
class PODIUM_API Ledger {
 public:
  static Result<Ledger> open(std::filesystem::path file);
  Result<LedgerEntry> append(std::string kind, std::string json_body);
  Result<std::vector<LedgerEntry>> read() const;
  /// Errc::protocol, naming the first line that does not fit its chain.
  Result<void> verify() const;

  ~Ledger();
  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;

 private:
  struct State;
  explicit Ledger(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace podium::inline v0::rollout
