#include "local/listener.hpp"

#include "net/local_authority.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace podium::inline v0::local {
namespace {

Result<void> write_text(std::filesystem::path const& file, std::string const& text, mode_t mode) {
  auto const fail = [&](int code) {
    return Error{code == ENOSPC ? Errc::exhausted : Errc::failed, std::string{"cannot write: "} + std::strerror(code)}
        .with("file", file.string());
  };
  int const descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (descriptor < 0) return fail(errno);
  std::size_t done = 0;
  while (done < text.size()) {
    auto const written = ::write(descriptor, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      auto const code = errno;
      ::close(descriptor);
      return fail(code);
    }
    done += static_cast<std::size_t>(written);
  }
  ::fchmod(descriptor, mode);
  ::close(descriptor);
  return {};
}

std::string read_text(std::filesystem::path const& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// The authority of this workspace, kept so that clients need to be told only once.
Result<net::TlsIdentity> identity_in(std::filesystem::path const& folder) {
  auto const ca = folder / "ca.pem";
  auto const certificate = folder / "server.pem";
  auto const key = folder / "server.key";
  net::TlsIdentity kept{read_text(certificate), read_text(key)};
  if (!kept.certificate_pem.empty() && !kept.key_pem.empty() && !read_text(ca).empty()) return kept;
  std::error_code ec;
  std::filesystem::create_directories(folder, ec);
  if (ec) return Error{Errc::failed, "cannot make the folder: " + ec.message()}.with("folder", folder.string());
  auto made = net::make_local_authority();
  if (!made) return std::move(made).error();
  for (auto const& [file, text, mode] : {std::tuple{key, made->identity.key_pem, mode_t{0600}},
                                         std::tuple{certificate, made->identity.certificate_pem, mode_t{0644}},
                                         std::tuple{ca, made->ca_pem, mode_t{0644}}})
    if (auto written = write_text(file, text, mode); !written) return std::move(written).error();
  return std::move(made->identity);
}

}  // namespace

struct Listener::State {
  std::filesystem::path folder;
  net::Handler handler;

  mutable std::mutex mutex;
  std::condition_variable changed;
  bool stopped = false;
  std::unique_ptr<net::Server> lent;  // lives as long as somebody holds `lease`
  std::weak_ptr<std::string const> lease;
  std::uint64_t leases = 0;                        // tells the current lease from earlier ones
  std::vector<std::unique_ptr<net::Server>> dead;  // to be ended by the undertaker
  std::unique_ptr<net::Server> served;
};

namespace {

std::string url_of(net::Server const& server) { return "http://127.0.0.1:" + std::to_string(server.port()); }

}  // namespace

Listener::Listener(std::filesystem::path folder, net::Handler handler) : state_{std::make_shared<State>()} {
  state_->folder = std::move(folder);
  state_->handler = std::move(handler);
  // The last lease may end on one of the server's own threads, which cannot wait for itself: so another one does.
  undertaker_ = std::jthread{[state = state_] {
    std::unique_lock lock{state->mutex};
    while (true) {
      state->changed.wait(lock, [&] { return state->stopped || !state->dead.empty(); });
      if (state->dead.empty()) return;
      auto buried = std::exchange(state->dead, {});
      lock.unlock();
      buried.clear();
      lock.lock();
    }
  }};
}

Listener::~Listener() { stop(); }

void Listener::stop() {
  std::unique_ptr<net::Server> served;
  std::unique_ptr<net::Server> lent;
  {
    std::scoped_lock lock{state_->mutex};
    state_->stopped = true;
    served = std::move(state_->served);
    lent = std::move(state_->lent);
  }
  state_->changed.notify_all();
  served.reset();
  lent.reset();
  if (undertaker_.joinable()) undertaker_.join();
}

Result<std::shared_ptr<std::string const>> Listener::lease() {
  std::scoped_lock lock{state_->mutex};
  if (state_->stopped) return Error{Errc::cancelled, "the workspace is closing"};
  if (state_->served) return std::make_shared<std::string const>(url_of(*state_->served));
  if (auto running = state_->lease.lock()) return running;
  if (!state_->lent) {
    auto server = net::Server::start({.threads = 4}, state_->handler);
    if (!server) return std::move(server).error();
    state_->lent = *std::move(server);
  }
  auto const number = ++state_->leases;
  std::shared_ptr<std::string const> out{new std::string{url_of(*state_->lent)},
                                         [state = state_, number](std::string const* text) {
                                           delete text;
                                           {
                                             std::scoped_lock inner{state->mutex};
                                             if (state->leases == number && state->lent)
                                               state->dead.push_back(std::move(state->lent));
                                           }
                                           state->changed.notify_all();
                                         }};
  state_->lease = out;
  return out;
}

Result<Served> Listener::serve(std::uint16_t port) {
  std::scoped_lock lock{state_->mutex};
  auto const tls = state_->folder / "tls";
  auto const described = [&](net::Server const& server) {
    auto const place = "127.0.0.1:" + std::to_string(server.port());
    return Served{"http://" + place, "https://" + place, (tls / "ca.pem").string()};
  };
  if (state_->stopped) return Error{Errc::cancelled, "the workspace is closing"};
  if (state_->served) return described(*state_->served);
  auto identity = identity_in(tls);
  if (!identity) return std::move(identity).error();
  auto server = net::Server::start({.port = port, .tls = *std::move(identity), .threads = 4}, state_->handler);
  if (!server) return std::move(server).error();
  state_->served = *std::move(server);
  return described(*state_->served);
}

std::optional<std::string> Listener::url() const {
  std::scoped_lock lock{state_->mutex};
  if (state_->served) return url_of(*state_->served);
  if (auto const running = state_->lease.lock()) return *running;
  return std::nullopt;
}

}  // namespace podium::inline v0::local
