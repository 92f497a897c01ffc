#include "weights/digest.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include <openssl/evp.h>

#include "tensor/error.h"
#include "weights/input_file.h"

namespace impasto {

std::string file_digest(const std::string& path, Digest digest) {
  const InputFile file(path);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  const EVP_MD* algorithm = digest == Digest::md5 ? EVP_md5() : EVP_sha256();
  bool ok = context && EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1;
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  for (std::uint64_t offset = 0; ok && offset < file.size();) {
    const std::uint64_t count = std::min<std::uint64_t>(buffer.size(), file.size() - offset);
    file.read_at(offset, std::span(buffer).first(count));
    ok = EVP_DigestUpdate(context.get(), buffer.data(), count) == 1;
    offset += count;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> value{};
  unsigned length = 0;
  ok = ok && EVP_DigestFinal_ex(context.get(), value.data(), &length) == 1;
  IMPASTO_CHECK(ok, "libcrypto cannot compute {}", digest == Digest::md5 ? "MD5" : "SHA-256");
  std::string text;
  for (unsigned i = 0; i < length; ++i) text += fmt::format("{:02x}", value[i]);
  return text;
}

}  // namespace impasto
