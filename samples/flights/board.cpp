#include "flights/board.hpp"

#include "flights/words.hpp"

#include <sys/ioctl.h>

#include <algorithm>
#include <iostream>
#include <unistd.h>

namespace flights {
namespace {

constexpr double log_interval = 2;  // seconds between two lines about one thing that keeps changing

std::size_t columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

}  // namespace

Board::Board() : terminal_{::isatty(STDERR_FILENO) == 1} {}

double Board::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void Board::stage(std::string title) {
  std::lock_guard const lock{mutex_};
  close_stage();
  title_ = std::move(title);
  stage_start_ = seconds();
  std::cerr << title_ << '\n' << std::flush;
}

void Board::show(std::string const& subject, std::string const& text, bool settled) {
  std::lock_guard const lock{mutex_};
  std::size_t const before = lines_.size();
  auto const line = std::ranges::find(lines_, subject, &std::pair<std::string, std::string>::first);
  if (line == lines_.end())
    lines_.emplace_back(subject, text);
  else if (line->second == text)
    return;
  else
    line->second = text;

  if (terminal_) return redraw(before);
  double const now = seconds();
  auto const [last, is_new] = printed_.try_emplace(subject, now);
  if (!settled && !is_new && now - last->second < log_interval) return;
  last->second = now;
  std::cerr << "  " << right(fixed(now, 1), 5) << " s  " << subject << ": " << text << '\n' << std::flush;
}

void Board::end() {
  std::lock_guard const lock{mutex_};
  close_stage();
}

std::vector<std::pair<std::string, double>> Board::stages() const {
  std::lock_guard const lock{mutex_};
  return stages_;
}

void Board::close_stage() {
  if (title_.empty()) return;
  stages_.emplace_back(title_, seconds() - stage_start_);
  title_.clear();
  lines_.clear();
  printed_.clear();
}

void Board::redraw(std::size_t already_there) {
  std::string text;
  if (already_there > 0) text += "\x1b[" + std::to_string(already_there) + "A";
  std::size_t const width = columns();
  for (auto const& [subject, words] : lines_) {
    std::string line = "  " + left(subject, 30) + " " + words;
    if (line.size() >= width) line.resize(width - 1);
    text += "\r\x1b[2K" + line + "\n";
  }
  std::cerr << text << std::flush;
}

}  // namespace flights
