#include "weights/pth.h"

#include <cstring>

#include "tensor/checked.h"
#include "tensor/error.h"
#include "weights/input_file.h"
#include "weights/pth_storage.h"
#include "weights/quote.h"

namespace impasto {
namespace {

using Kind = PickleValue::Kind;

// A tensor as PyTorch describes it: element (i, j, ...) lies at offset + i strides[0] + ...
struct View {
  PthStorage storage;
  std::int64_t offset = 0;
  Shape shape;
  std::vector<std::int64_t> strides;
};

[[noreturn]] void fail(const std::string& path, const std::string& reason) {
  refuse(path, "PyTorch", reason);
}

// nullptr when the dict lacks the key.
const PickleValue* lookup(const PickleValue& dict, std::string_view key) {
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    if (dict.items[i]->is(Kind::text) && dict.items[i]->text == key) return dict.items[i + 1];
  }
  return nullptr;
}

const PickleValue& find_state_dict(const std::string& path, const PickleValue& root) {
  if (!root.is(Kind::dict)) fail(path, "it holds no dictionary of tensors");
  for (const char* key : {"state_dict", "model_state_dict"}) {
    const PickleValue* inner = lookup(root, key);
    if (inner != nullptr && inner->is(Kind::dict)) return *inner;
  }
  return root;
}

// A parameter wraps a tensor. Anything but a tensor gives nullptr.
const PickleValue* as_tensor(const PickleValue* value) {
  if (value->is(Kind::call) && value->text == "torch._utils._rebuild_parameter" &&
      !value->items.empty()) {
    value = value->items[0];
  }
  const bool rebuilt = value->is(Kind::call) && (value->text == "torch._utils._rebuild_tensor" ||
                                                 value->text == "torch._utils._rebuild_tensor_v2");
  return rebuilt ? value : nullptr;
}

std::vector<std::int64_t> integers(const std::string& path, const PickleValue& tuple) {
  std::vector<std::int64_t> values;
  for (const PickleValue* item : tuple.items) {
    if (!item->is(Kind::integer) || item->integer < 0) fail(path, "a size is not a whole number");
    values.push_back(item->integer);
  }
  return values;
}

// The highest element that the view touches must lie inside the storage.
bool inside_storage(const View& view) {
  if (view.shape.numel() == 0) return true;
  std::int64_t last = view.offset;
  for (std::size_t axis = 0; axis < view.strides.size(); ++axis) {
    std::int64_t reach = 0;
    const std::int64_t steps = view.shape[static_cast<int>(axis)] - 1;
    if (__builtin_mul_overflow(steps, view.strides[axis], &reach) ||
        __builtin_add_overflow(last, reach, &last)) {
      return false;
    }
  }
  return last < view.storage.count;
}

// _rebuild_tensor_v2(storage, offset, size, stride, ...)
View parse_view(const std::string& path, const std::string& name, const PickleValue& call) {
  const auto& items = call.items;
  if (items.size() < 4 || !items[0]->is(Kind::persistent) || !items[1]->is(Kind::integer) ||
      !items[2]->is(Kind::tuple) || !items[3]->is(Kind::tuple) || items[1]->integer < 0) {
    fail(path, fmt::format("tensor {} is described in an unknown way", quote(name)));
  }
  View view{parse_pth_storage(path, *items[0]), items[1]->integer, {}, integers(path, *items[3])};
  if (!view.storage.dtype) {
    fail(path, fmt::format("tensor {} is of a type that weights cannot have", quote(name)));
  }
  try {
    view.shape = Shape(integers(path, *items[2]));
    storage_bytes(*view.storage.dtype, view.shape.numel());
  } catch (const InputError&) {
    throw;
  } catch (const Error&) {
    fail(path, fmt::format("tensor {} has too large a shape or too many extents", quote(name)));
  }
  if (view.strides.size() != static_cast<std::size_t>(view.shape.rank()) || !inside_storage(view)) {
    fail(path, fmt::format("tensor {} reaches outside its storage", quote(name)));
  }
  // Strides of zero could repeat one element without end.
  if (view.shape.numel() > view.storage.count) {
    fail(path, fmt::format("tensor {} has more elements than its storage", quote(name)));
  }
  return view;
}

bool is_contiguous(const View& view) {
  std::int64_t expected = 1;
  for (int axis = view.shape.rank() - 1; axis >= 0; --axis) {
    if (view.shape[axis] != 1 && view.strides[static_cast<std::size_t>(axis)] != expected) {
      return false;
    }
    expected *= view.shape[axis];
  }
  return true;
}

// Copies element by element in row-major order, counting the index like an odometer.
void gather(const View& view, const Tensor& storage, Tensor& dst) {
  const auto width = static_cast<std::size_t>(view.storage.element_bytes);
  const auto* from = static_cast<const std::byte*>(storage.raw());
  auto* to = static_cast<std::byte*>(dst.raw());
  std::vector<std::int64_t> index(view.strides.size());
  std::int64_t position = view.offset;
  for (std::int64_t i = 0; i < view.shape.numel(); ++i) {
    std::memcpy(to + static_cast<std::size_t>(i) * width,
                from + static_cast<std::size_t>(position) * width, width);
    for (std::size_t axis = index.size(); axis-- > 0;) {
      position += view.strides[axis];
      if (++index[axis] < view.shape[static_cast<int>(axis)]) break;
      position -= index[axis] * view.strides[axis];
      index[axis] = 0;
    }
  }
}

Tensor read_view(const PthFile& file, const View& view) {
  const Tensor storage = file.read_storage(view.storage);
  if (view.shape.numel() == storage.numel() && view.offset == 0 && is_contiguous(view)) {
    return storage.reshape(view.shape);
  }
  Tensor result = Tensor::empty(view.shape, *view.storage.dtype);
  gather(view, storage, result);
  return result;
}

std::shared_ptr<const PthFile> open_file(const std::string& path) {
  std::array<char, 2> start{};
  InputFile(path).read_at(0, std::as_writable_bytes(std::span(start)));
  if (start == std::array{'P', 'K'}) return open_pth_zip(path);
  return open_pth_legacy(path);
}

}  // namespace

Archive open_pth(const std::string& path) {
  const std::shared_ptr<const PthFile> file = open_file(path);
  Archive archive{path, "PyTorch", {}, {}};
  const PickleValue& dict = find_state_dict(path, *file->pickle().root);
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    const PickleValue* tensor = as_tensor(dict.items[i + 1]);
    if (tensor == nullptr) continue;
    const std::string& name = dict.items[i]->text;
    const View view = parse_view(path, name, *tensor);
    ArchiveTensor entry{*view.storage.dtype, view.shape,
                        [file, view] { return read_view(*file, view); }};
    if (!archive.tensors.emplace(name, std::move(entry)).second) {
      fail(path, fmt::format("tensor {} appears twice", quote(name)));
    }
  }
  if (archive.tensors.empty()) fail(path, "it holds no tensors");
  return archive;
}

}  // namespace impasto
