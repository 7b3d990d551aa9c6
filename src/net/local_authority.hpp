#pragma once

#include "net/server.hpp"

namespace podium::inline v0::net {

/// A certificate authority of this machine's own, and a server identity that it vouches for.
struct LocalAuthority {
  std::string ca_pem;    ///< for clients to trust; its private key is not kept
  TlsIdentity identity;  ///< for IP:127.0.0.1 and DNS:localhost
};

/// Makes a fresh pair: EC P-256, authority good for 10 years, leaf for 825 days.
Result<LocalAuthority> make_local_authority();

}  // namespace podium::inline v0::net
