#pragma once

#include "podium/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace podium::inline v0::online {

/// How to reach a Redis: one server, or a cluster by any of its nodes.  Secrets are never logged, and no error repeats
/// them.
struct RedisOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  std::string user{};                                ///< empty: the default user
  std::string password{};                            ///< or access key
  bool tls = false;                                  ///< the server's certificate and name are verified
  std::string ca_pem{};                              ///< roots trusted besides the system's
  bool cluster = false;                              ///< false: found out by asking the server
  std::chrono::milliseconds connect_timeout{5'000};  ///< name resolution, TCP and TLS together
  std::chrono::milliseconds timeout{5'000};          ///< silence of the server during a request
};

/// `redis://[[user]:password@]host[:port]`, `rediss://...` for TLS (port 6379 and 6380 unless given), or the form that
/// Azure shows: `host:port,password=...,ssl=True`.
PODIUM_API Result<RedisOptions> parse_redis(std::string const& text);

}  // namespace podium::inline v0::online
