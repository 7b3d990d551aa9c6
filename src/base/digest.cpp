#include "base/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <fstream>

namespace podium::inline v0::base {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_{std::make_unique<State>()} { EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(std::string_view bytes) {
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
  return *this;
}

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(state_->context, raw.data(), &size);
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * size);
  for (unsigned int i = 0; i < size; ++i) {
    text += digits[raw[i] >> 4];
    text += digits[raw[i] & 15];
  }
  return text;
}

std::string sha256(std::string_view bytes) { return Sha256{}.update(bytes).hex(); }

Result<std::string> sha256_file(std::filesystem::path const& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return Error{Errc::not_found, "cannot read `" + path.string() + "`"};
  Sha256 hash;
  std::array<char, 1 << 16> block;
  while (in.read(block.data(), block.size()) || in.gcount() > 0)
    hash.update({block.data(), static_cast<std::size_t>(in.gcount())});
  return hash.hex();
}

}  // namespace podium::inline v0::base
