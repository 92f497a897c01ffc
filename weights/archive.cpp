#include "weights/archive.h"

#include <array>
#include <cstring>

#include "tensor/error.h"
#include "weights/input_file.h"
#include "weights/keras_h5.h"
#include "weights/pth.h"
#include "weights/quote.h"
#include "weights/safetensors.h"

namespace impasto {
namespace {

std::string first_bytes(const std::string& path) {
  const InputFile file(path);
  if (file.size() == 0) throw InputError(fmt::format("cannot read {}: it is empty", quote(path)));
  std::string bytes(std::min<std::uint64_t>(file.size(), 16), '\0');
  file.read_at(0, std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

// A header's length, far below 2^32, then the header. Asked first, for the length may begin like a
// pickle.
bool is_safetensors(const std::string& start) {
  return start.size() > 8 && start[8] == '{' && start.compare(4, 4, std::string(4, '\0')) == 0;
}

// A damaged header length still deserves the reader's own words, so the name decides what nothing
// else can.
bool may_be_safetensors(const std::string& path, const std::string& start) {
  return (start.size() > 8 && start[8] == '{') || path.ends_with(".safetensors");
}

}  // namespace

Archive open_archive(const std::string& path) {
  const std::string start = first_bytes(path);
  if (is_safetensors(start)) return open_safetensors(path);
  if (start.starts_with("\x89HDF\r\n\x1a\n")) return open_keras_h5(path);
  if (start.starts_with("PK\x03\x04") || start.starts_with("\x80")) return open_pth(path);
  if (may_be_safetensors(path, start)) return open_safetensors(path);
  throw InputError(fmt::format(
      "cannot read {}: not a weights file; safetensors, PyTorch .pth and Keras .h5 are read",
      quote(path)));
}

NamedTensors read_all(const Archive& archive) {
  NamedTensors result{{}, archive.metadata};
  for (const auto& [name, tensor] : archive.tensors) result.tensors[name] = tensor.read();
  return result;
}

void refuse(const std::string& path, std::string_view format, const std::string& reason) {
  throw InputError(fmt::format("cannot read {} as {}: {}; get the file again or convert it anew",
                               quote(path), format, reason));
}

}  // namespace impasto
