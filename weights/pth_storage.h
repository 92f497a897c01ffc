// Storages: the flat arrays behind PyTorch's tensors, and the two file forms that hold them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tensor/tensor.h"
#include "weights/pickle.h"

namespace impasto {

// An array as a pickle refers to it.
struct PthStorage {
  std::string key;
  std::optional<DType> dtype;  // empty: a type that tensors of ours cannot have
  std::int64_t element_bytes = 0;
  std::int64_t count = 0;
};

// The pickled object of a file and a way to its storages.
class PthFile {
 public:
  virtual ~PthFile() = default;
  virtual const Pickle& pickle() const = 0;
  virtual Tensor read_storage(const PthStorage& storage) const = 0;  // rank 1; dtype is known
};

std::unique_ptr<PthFile> open_pth_zip(const std::string& path);
std::unique_ptr<PthFile> open_pth_legacy(const std::string& path);

// ('storage', type, key, location, element count, ...)
PthStorage parse_pth_storage(const std::string& path, const PickleValue& persistent);

// The functions and types that a state dict may name.
bool pth_allows(const std::string& global);

}  // namespace impasto
