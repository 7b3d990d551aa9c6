#include "online/resp.hpp"

#include <hiredis/hiredis.h>
#include <hiredis/read.h>

namespace podium::inline v0::online {
namespace {

Reply convert(redisReply const& given) {
  Reply out;
  switch (given.type) {
    case REDIS_REPLY_STRING:
      out.kind = Reply::Kind::text;
      break;
    case REDIS_REPLY_STATUS:
      out.kind = Reply::Kind::status;
      break;
    case REDIS_REPLY_ERROR:
      out.kind = Reply::Kind::error;
      break;
    case REDIS_REPLY_INTEGER:
      out.kind = Reply::Kind::integer;
      out.integer = given.integer;
      return out;
    case REDIS_REPLY_ARRAY:
      out.kind = Reply::Kind::array;
      for (std::size_t i = 0; i < given.elements; ++i) out.items.push_back(convert(*given.element[i]));
      return out;
    default:
      return out;
  }
  out.text.assign(given.str, static_cast<std::size_t>(given.len));
  return out;
}

}  // namespace

void append(std::string& out, Command const& command) {
  out += '*' + std::to_string(command.size()) + "\r\n";
  for (auto const& word : command) {
    out += '$' + std::to_string(word.size()) + "\r\n";
    out += word;
    out += "\r\n";
  }
}

struct ReplyReader::State {
  redisReader* reader = redisReaderCreate();
  State() = default;
  State(State const&) = delete;
  State& operator=(State const&) = delete;
  ~State() { redisReaderFree(reader); }
};

ReplyReader::ReplyReader() : state_{std::make_unique<State>()} {}
ReplyReader::~ReplyReader() = default;
ReplyReader::ReplyReader(ReplyReader&&) noexcept = default;
ReplyReader& ReplyReader::operator=(ReplyReader&&) noexcept = default;

void ReplyReader::feed(std::string_view bytes) { redisReaderFeed(state_->reader, bytes.data(), bytes.size()); }

Result<std::optional<Reply>> ReplyReader::next() {
  void* got = nullptr;
  if (redisReaderGetReply(state_->reader, &got) != REDIS_OK)
    return Error{Errc::protocol, std::string{"the server does not speak Redis' protocol: "} + state_->reader->errstr};
  if (got == nullptr) return std::optional<Reply>{};
  std::unique_ptr<void, void (*)(void*)> const held{got, freeReplyObject};
  return std::optional{convert(*static_cast<redisReply const*>(got))};
}

}  // namespace podium::inline v0::online
