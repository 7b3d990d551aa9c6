#include "podium/local/workspace.hpp"

#include "local/handler.hpp"
#include "local/listener.hpp"

#include <shared_mutex>

namespace podium::inline v0::local {
namespace {

WorkspaceAddress own_address() {
  return {.endpoint = std::string{embedded_base},
          .subscription_id = std::string{subscription},
          .resource_group = std::string{resource_group},
          .workspace_name = std::string{workspace_name}};
}

/// What stands open while a workspace does.  Members end in the opposite order.
struct House {
  House(std::unique_ptr<Store> opened, Options const& options)
      : store{std::move(opened)},
        tracking{*store},
        listener{store->folder(), [this](http::Request request,
                                         net::Respond respond) { enter(std::move(request), std::move(respond)); }},
        executor{Executor::Wiring{*store, options, own_address(), [this] { return listener.lease(); }}},
        scoring{Scoring::Wiring{*store, options, own_address(), [this] { return listener.lease(); }}},
        site{.store = *store,
             .tracking = tracking,
             .executor = executor,
             .scoring = scoring,
             .guid = store->secret("workspaceId").value_or(std::nullopt).value_or(""),
             .listener_url = [this] { return listener.url(); },
             .mutex = {},
             .watched = {},
             .operations = {}},
        handler{site} {}

  /// Sockets first: after that nobody comes in any more while the rest is taken down.
  ~House() { listener.stop(); }

  void enter(http::Request request, net::Respond respond) {
    handler.handle(std::move(request), true, std::move(respond));
  }

  std::unique_ptr<Store> store;
  Tracking tracking;
  Listener listener;
  Executor executor;
  Scoring scoring;
  Site site;
  Handler handler;
};

class Embedded : public http::Transport {
 public:
  explicit Embedded(std::weak_ptr<House> house) : house_{std::move(house)} {}

  void send(http::Request request, Context const& ctx, Done done) override {
    if (ctx.stop.stop_requested()) return done(Error{Errc::cancelled, "the caller gave up"});
    auto const house = house_.lock();
    if (!house) return done(Error{Errc::unavailable, "the local workspace is closed"});
    if (auto good = http::check(request); !good) return done(std::move(good).error());
    house->handler.handle(std::move(request), false,
                          [done = std::move(done)](http::Response response) { done(std::move(response)); });
  }

 private:
  std::weak_ptr<House> house_;
};

}  // namespace

class Workspace::Impl {
 public:
  explicit Impl(std::shared_ptr<House> opened) : house{std::move(opened)}, folder{house->store->folder()} {}
  std::shared_ptr<House> house;
  std::filesystem::path folder;
};

Workspace::Workspace(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Workspace::~Workspace() = default;

Result<std::shared_ptr<Workspace>> Workspace::open(std::filesystem::path folder, Options options) {
  auto store = Store::open(std::move(folder));
  if (!store) return std::move(store).error();
  try {
    auto house = std::make_shared<House>(*std::move(store), options);
    return std::shared_ptr<Workspace>{new Workspace{std::make_unique<Impl>(std::move(house))}};
  } catch (std::exception const& broken) {
    return Error{Errc::failed, std::string{"the workspace cannot be opened: "} + broken.what()};
  }
}

WorkspaceAddress Workspace::address() const { return own_address(); }
std::shared_ptr<http::Transport> Workspace::transport() { return std::make_shared<Embedded>(impl_->house); }
Result<Served> Workspace::serve(std::uint16_t port) { return impl_->house->listener.serve(port); }
std::filesystem::path const& Workspace::folder() const noexcept { return impl_->folder; }

}  // namespace podium::inline v0::local
