#include <algorithm>
#include <vector>

#include <nlohmann/json.hpp>

#include "tensor/atomic_file.h"
#include "tensor/error.h"
#include "weights/quote.h"
#include "weights/safetensors.h"
#include "weights/safetensors_types.h"

namespace impasto {
namespace {

using nlohmann::ordered_json;
using Entry = std::pair<const std::string, Tensor>;

std::string_view type_name(const Entry& entry) {
  for (const auto& [text, type] : kSafetensorsTypes) {
    if (entry.second.dtype() == type) return text;
  }
  throw Error(fmt::format("safetensors: tensor {} holds {}, which the format has not",
                          quote(entry.first), to_string(entry.second.dtype())));
}

// Widest elements first, as the reference implementation writes them: every tensor is then aligned
// to its element.
std::vector<const Entry*> file_order(const NamedTensors& contents) {
  std::vector<const Entry*> order;
  for (const Entry& entry : contents.tensors) {
    IMPASTO_CHECK(entry.second.defined(), "safetensors: tensor '{}' is undefined", entry.first);
    IMPASTO_CHECK(entry.first != "__metadata__", "safetensors: a tensor named __metadata__");
    order.push_back(&entry);
  }
  std::stable_sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
    return bit_width(a->second.dtype()) > bit_width(b->second.dtype());
  });
  return order;
}

std::string make_header(const NamedTensors& contents, const std::vector<const Entry*>& order) {
  ordered_json header = ordered_json::object();
  if (!contents.metadata.empty()) header["__metadata__"] = contents.metadata;
  std::size_t offset = 0;
  for (const Entry* entry : order) {
    const Tensor& tensor = entry->second;
    const auto dims = tensor.shape().dims();
    header[entry->first] = {{"dtype", type_name(*entry)},
                            {"shape", std::vector<std::int64_t>(dims.begin(), dims.end())},
                            {"data_offsets", {offset, offset + tensor.bytes()}}};
    offset += tensor.bytes();
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // the data starts aligned
  return text;
}

}  // namespace

void write_safetensors(const std::string& path, const NamedTensors& contents) {
  const std::vector<const Entry*> order = file_order(contents);
  std::string header;
  try {
    header = make_header(contents, order);
  } catch (const nlohmann::json::exception&) {
    throw InputError(
        fmt::format("cannot write {}: a name or a metadata text is not valid UTF-8", quote(path)));
  }
  const std::uint64_t length = header.size();
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(std::as_bytes(std::span(header)));
  for (const Entry* entry : order) {
    const Tensor tensor = entry->second.to(Device{});
    file.write({static_cast<const std::byte*>(tensor.raw()), tensor.bytes()});
  }
  file.commit();
}

}  // namespace impasto
