#include "weights/pth_storage.h"

#include <algorithm>
#include <array>

#include "tensor/error.h"
#include "weights/archive.h"
#include "weights/quote.h"

namespace impasto {
namespace {

using Kind = PickleValue::Kind;

struct StorageType {
  std::string_view name;
  std::int64_t element_bytes;
  std::optional<DType> dtype;
};

constexpr std::array<StorageType, 10> kStorageTypes = {{
    {"torch.FloatStorage", 4, DType::f32},
    {"torch.DoubleStorage", 8, DType::f64},
    {"torch.HalfStorage", 2, DType::f16},
    {"torch.BFloat16Storage", 2, DType::bf16},
    {"torch.ByteStorage", 1, DType::u8},
    {"torch.IntStorage", 4, DType::i32},
    {"torch.LongStorage", 8, {}},
    {"torch.ShortStorage", 2, {}},
    {"torch.CharStorage", 1, {}},
    {"torch.BoolStorage", 1, {}},
}};

constexpr std::array<std::string_view, 3> kFunctions = {
    "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_parameter",
};

const StorageType* find_type(std::string_view name) {
  const auto* found = std::find_if(kStorageTypes.begin(), kStorageTypes.end(),
                                   [&](const StorageType& type) { return type.name == name; });
  return found == kStorageTypes.end() ? nullptr : found;
}

bool is_storage_identity(const PickleValue& identity) {
  constexpr std::array kKinds = {Kind::text, Kind::global, Kind::text, Kind::text, Kind::integer};
  if (!identity.is(Kind::tuple) || identity.items.size() < kKinds.size()) return false;
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (!identity.items[i]->is(kKinds[i])) return false;
  }
  // A sixth item describes a view of another storage, which only very old programs wrote.
  return identity.items[0]->text == "storage" && identity.items[4]->integer >= 0 &&
         (identity.items.size() == 5 || identity.items[5]->is(Kind::none));
}

}  // namespace

PthStorage parse_pth_storage(const std::string& path, const PickleValue& persistent) {
  const PickleValue& identity = *persistent.items[0];
  if (!is_storage_identity(identity)) {
    refuse(path, "PyTorch", "it refers to a storage in an unknown way");
  }
  const StorageType* type = find_type(identity.items[1]->text);
  if (type == nullptr) {
    refuse(path, "PyTorch", fmt::format("{} is no storage", quote(identity.items[1]->text)));
  }
  return {identity.items[2]->text, type->dtype, type->element_bytes, identity.items[4]->integer};
}

bool pth_allows(const std::string& global) {
  return find_type(global) != nullptr ||
         std::find(kFunctions.begin(), kFunctions.end(), global) != kFunctions.end();
}

}  // namespace impasto
