#pragma once

#include "podium/result.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <sqlite3.h>
#include <string>
#include <string_view>

namespace podium::inline v0::local {

/// Thrown by Database and its statements, caught by guarded(): never leaves the store.
struct DatabaseFailure {
  Error error;
};

/// One SQLite connection: statements are prepared once, failures become DatabaseFailure.
class Database {
 public:
  /// Opens or creates `folder/workspace.db`.  `folder` must exist.
  explicit Database(std::filesystem::path const& folder);
  ~Database();  ///< writes the log back into the file
  Database(Database const&) = delete;
  Database& operator=(Database const&) = delete;

  /// A prepared statement in use; given back at the end of its life.
  class Query {
   public:
    Query(Database& database, char const* sql);
    ~Query();
    Query(Query const&) = delete;
    Query& operator=(Query const&) = delete;

    template <class... Values>
    Query& bind(Values const&... values) {
      int index = 0;
      (bind_one(++index, values), ...);
      return *this;
    }
    bool step();  ///< true: a row is there
    void run() {
      while (step()) {
      }
    }
    std::string text(int column) const;
    std::int64_t integer(int column) const;
    double real(int column) const;
    bool is_null(int column) const;

   private:
    void bind_one(int index, std::string_view value);
    void bind_one(int index, std::int64_t value);
    void bind_one(int index, int value) { bind_one(index, std::int64_t{value}); }
    void bind_one(int index, double value);
    Database& database_;
    sqlite3_stmt* statement_ = nullptr;
    bool cached_ = false;
  };

  template <class... Values>
  void run(char const* sql, Values const&... values) {
    Query{*this, sql}.bind(values...).run();
  }

  /// All or nothing; one inside another belongs to the outer one.
  class Transaction {
   public:
    explicit Transaction(Database& database);
    ~Transaction();  ///< rolls back unless committed
    void commit();

   private:
    Database& database_;
    bool outermost_;
    bool done_ = false;
  };

  std::recursive_mutex& mutex() noexcept { return mutex_; }

 private:
  void script(char const* sql);
  void upgrade();
  [[noreturn]] void fail(int code) const;

  std::filesystem::path folder_;
  int directory_ = -1;
  sqlite3* handle_ = nullptr;
  std::map<std::string_view, sqlite3_stmt*> free_;
  int depth_ = 0;
  std::recursive_mutex mutex_;
};

/// Runs `body` alone on the database and turns what it throws into an Error.
template <class Body>
auto guarded(Database& database, Body body) -> Result<decltype(body())> {
  std::scoped_lock lock{database.mutex()};
  try {
    if constexpr (std::is_void_v<decltype(body())>) {
      body();
      return Result<void>{};
    } else {
      return body();
    }
  } catch (DatabaseFailure const& failure) {
    return failure.error;
  } catch (std::bad_alloc const&) {
    return Error{Errc::exhausted, "out of memory"};
  } catch (std::exception const& broken) {
    return Error{Errc::internal, std::string{"the workspace database holds something unreadable: "} + broken.what()};
  }
}

}  // namespace podium::inline v0::local
