#include "local/scoring/worker.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>

namespace podium::inline v0::local {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::steady_clock::time_point;

constexpr std::size_t reply_head = 16;
constexpr auto init_limit = 300s;

}  // namespace

Result<Worker> Worker::start(Settings const& settings, std::stop_token const& stop) {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return file_error("cannot make a channel", {errno, std::generic_category()}, settings.code);
  Descriptor ours{ends[0]};
  Descriptor theirs{ends[1]};
  auto log = Descriptor::append(settings.log);
  if (!log) return std::move(log).error();
  auto process = Process::start({{settings.python.string(), "-u", "-c", std::string{worker_source()}},
                                 settings.environment,
                                 settings.code,
                                 log->get(),
                                 theirs.get()});
  if (!process) return std::move(process).error();
  theirs.close();

  Worker worker{*process, std::move(ours)};
  Reply hello;
  auto const until = std::chrono::steady_clock::now() + init_limit;
  auto got = Wait::timeout;
  while (got == Wait::timeout && !stop.stop_requested() && std::chrono::steady_clock::now() < until)
    got = worker.receive(hello, std::min(until, std::chrono::steady_clock::now() + 50ms));
  if (stop.stop_requested()) return Error{Errc::cancelled, "the deployment was stopped while it started"};
  if (got == Wait::timeout) return Error{Errc::failed, "init() has not returned after 300 s"};
  if (got == Wait::gone) {
    auto const end = worker.process_->wait({}, std::chrono::steady_clock::now() + 2s, 2s);
    worker.process_.reset();
    return Error{Errc::failed, "the scoring script did not start (exit code " + std::to_string(end.code) + ")"};
  }
  worker.wants_headers_ = hello.body.find("true") != std::string::npos;
  return worker;
}

Worker::~Worker() { (void)end(); }

void Worker::interrupt() const { ::shutdown(channel_.get(), SHUT_RDWR); }

Process::End Worker::end() {
  if (!process_) return {};
  interrupt();
  std::stop_source now;
  now.request_stop();
  auto const end = process_->wait(now.get_token(), std::nullopt, 2s);
  process_.reset();
  return end;
}

bool Worker::send(std::string_view headers, std::string_view body) {
  std::array<std::uint32_t, 2> const head{static_cast<std::uint32_t>(headers.size()),
                                          static_cast<std::uint32_t>(body.size())};
  std::string frame;
  frame.reserve(sizeof head + headers.size() + body.size());
  frame.append(reinterpret_cast<char const*>(head.data()), sizeof head).append(headers).append(body);
  for (std::string_view rest = frame; !rest.empty();) {
    auto const sent = ::send(channel_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

Worker::Wait Worker::fill(std::size_t size, std::optional<Time> until) {
  std::array<char, 65536> piece;
  while (buffer_.size() < size) {
    if (until) {
      pollfd entry{channel_.get(), POLLIN, 0};
      auto const left = std::chrono::ceil<std::chrono::milliseconds>(*until - std::chrono::steady_clock::now()).count();
      auto const ready = ::poll(&entry, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30)));
      if (ready < 0 && errno != EINTR) return Wait::gone;
      if (ready == 0) return Wait::timeout;
      if (ready < 0) continue;
    }
    auto const got = ::recv(channel_.get(), piece.data(), piece.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Wait::gone;
    buffer_.append(piece.data(), static_cast<std::size_t>(got));
  }
  return Wait::reply;
}

Worker::Wait Worker::receive(Reply& reply, std::optional<Time> until) {
  if (auto const head = fill(reply_head, until); head != Wait::reply) return head;
  std::array<std::uint32_t, 3> numbers{};
  float milliseconds = 0;
  std::memcpy(numbers.data(), buffer_.data(), sizeof numbers);
  std::memcpy(&milliseconds, buffer_.data() + sizeof numbers, sizeof milliseconds);
  if (auto const body = fill(reply_head + numbers[1], until); body != Wait::reply) return body;
  reply = {static_cast<int>(numbers[0]), buffer_.substr(reply_head, numbers[1]), milliseconds, numbers[2] != 0, true};
  buffer_.erase(0, reply_head + numbers[1]);
  return Wait::reply;
}

}  // namespace podium::inline v0::local
