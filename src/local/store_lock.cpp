#include "local/store_lock.hpp"

#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace podium::inline v0::local {
namespace {

Error system_error(std::filesystem::path const& file, int code) {
  auto const errc = code == ENOSPC || code == EDQUOT                   ? Errc::exhausted
                    : code == EACCES || code == EROFS || code == EPERM ? Errc::permission_denied
                                                                       : Errc::failed;
  return Error{errc, std::string{"cannot take the workspace's lock: "} + std::strerror(code)}.with("file",
                                                                                                   file.string());
}

std::string read_holder(int descriptor) {
  char text[32] = {};
  auto const size = ::pread(descriptor, text, sizeof text - 1, 0);
  std::string digits;
  for (ssize_t i = 0; i < size && text[i] >= '0' && text[i] <= '9'; ++i) digits += text[i];
  return digits;
}

/// Does the name still lead to the file that was locked?  Its holder removes it when it leaves.
bool still_there(std::filesystem::path const& file, int descriptor) {
  struct stat named{};
  struct stat held{};
  return ::stat(file.c_str(), &named) == 0 && ::fstat(descriptor, &held) == 0 && named.st_ino == held.st_ino &&
         named.st_dev == held.st_dev;
}

}  // namespace

Result<FolderLock> FolderLock::take(std::filesystem::path const& folder) {
  auto const file = folder / "workspace.lock";
  for (;;) {
    int const descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return system_error(file, errno);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      auto const code = errno;
      auto const holder = read_holder(descriptor);
      ::close(descriptor);
      if (code != EWOULDBLOCK) return system_error(file, code);
      return Error{Errc::locked, (holder.empty() ? std::string{"another process"} : "process " + holder) +
                                     " has this workspace open; `podium serve` is the way to share one"}
          .with("workspace", folder.string());
    }
    if (!still_there(file, descriptor)) {
      ::close(descriptor);
      continue;
    }
    // The process id only informs; on a full disk the lock holds without it.
    auto const text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(descriptor, 0) == 0) static_cast<void>(::pwrite(descriptor, text.data(), text.size(), 0) < 0);
    return FolderLock{file, descriptor};
  }
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : file_{std::move(other.file_)}, descriptor_{std::exchange(other.descriptor_, -1)} {}

FolderLock::~FolderLock() {
  if (descriptor_ < 0) return;
  if (still_there(file_, descriptor_)) ::unlink(file_.c_str());
  ::close(descriptor_);
}

}  // namespace podium::inline v0::local
