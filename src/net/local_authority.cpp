#include "net/local_authority.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace podium::inline v0::net {
namespace {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    free(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free>>;

constexpr long day = 24L * 60 * 60;

bool extend(X509* certificate, X509* issuer, int kind, char const* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>> const extension{
      X509V3_EXT_conf_nid(nullptr, &context, kind, value)};
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// A certificate for `key` with everything but its extensions and signature.
Certificate blank(EVP_PKEY* key, char const* common_name, long days) {
  Certificate certificate{X509_new()};
  unsigned char serial[16];
  if (!certificate || RAND_bytes(serial, sizeof serial) != 1) return {};
  serial[0] &= 0x7f;  // a serial number is positive
  serial[0] |= 0x40;
  std::unique_ptr<BIGNUM, Free<BN_free>> const number{BN_bin2bn(serial, sizeof serial, nullptr)};
  auto* name = X509_get_subject_name(certificate.get());
  bool const made =
      number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())) != nullptr &&
      X509_set_version(certificate.get(), X509_VERSION_3) == 1 && X509_set_pubkey(certificate.get(), key) == 1 &&
      X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -day) != nullptr &&
      X509_time_adj_ex(X509_getm_notAfter(certificate.get()), static_cast<int>(days), 0, nullptr) != nullptr &&
      X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, reinterpret_cast<unsigned char const*>("Podium"), -1, -1,
                                 0) == 1 &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<unsigned char const*>(common_name), -1, -1,
                                 0) == 1;
  return made ? std::move(certificate) : Certificate{};
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  auto const size = BIO_get_mem_data(memory, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::string pem(X509* certificate) {
  Memory const out{BIO_new(BIO_s_mem())};
  return out && PEM_write_bio_X509(out.get(), certificate) == 1 ? text_of(out.get()) : std::string{};
}

std::string pem(EVP_PKEY* key) {
  Memory const out{BIO_new(BIO_s_secmem())};
  return out && PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1
             ? text_of(out.get())
             : std::string{};
}

}  // namespace

Result<LocalAuthority> make_local_authority() {
  Key const authority_key{EVP_EC_gen("P-256")};
  Key const leaf_key{EVP_EC_gen("P-256")};
  if (!authority_key || !leaf_key) return Error{Errc::internal, "cannot make keys for the local authority"};
  auto const authority = blank(authority_key.get(), "Podium local workspace authority", 3650);
  auto const leaf = blank(leaf_key.get(), "localhost", 825);
  bool const signed_both =
      authority && leaf && X509_set_issuer_name(authority.get(), X509_get_subject_name(authority.get())) == 1 &&
      extend(authority.get(), authority.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
      extend(authority.get(), authority.get(), NID_key_usage, "critical,keyCertSign,cRLSign") &&
      extend(authority.get(), authority.get(), NID_subject_key_identifier, "hash") &&
      X509_sign(authority.get(), authority_key.get(), EVP_sha256()) > 0 &&
      X509_set_issuer_name(leaf.get(), X509_get_subject_name(authority.get())) == 1 &&
      extend(leaf.get(), authority.get(), NID_basic_constraints, "critical,CA:FALSE") &&
      extend(leaf.get(), authority.get(), NID_key_usage, "critical,digitalSignature") &&
      extend(leaf.get(), authority.get(), NID_ext_key_usage, "serverAuth") &&
      extend(leaf.get(), authority.get(), NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost") &&
      extend(leaf.get(), authority.get(), NID_subject_key_identifier, "hash") &&
      extend(leaf.get(), authority.get(), NID_authority_key_identifier, "keyid:always") &&
      X509_sign(leaf.get(), authority_key.get(), EVP_sha256()) > 0;
  if (!signed_both) return Error{Errc::internal, "cannot sign the certificates of the local authority"};
  LocalAuthority made{pem(authority.get()), {pem(leaf.get()), pem(leaf_key.get())}};
  if (made.ca_pem.empty() || made.identity.certificate_pem.empty() || made.identity.key_pem.empty())
    return Error{Errc::internal, "cannot write the certificates of the local authority as text"};
  return made;
}

}  // namespace podium::inline v0::net
