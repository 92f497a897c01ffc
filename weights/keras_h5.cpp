#include "weights/keras_h5.h"

// The names that HDF5 1.10 has; later releases keep them under this switch.
#define H5_USE_110_API
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <hdf5.h>

#include "tensor/error.h"
#include "weights/input_file.h"
#include "weights/quote.h"

namespace impasto {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& reason) {
  refuse(path, "Keras HDF5", reason);
}

// The HDF5 library prints its errors unless told otherwise; whoever else uses it gets his setting
// back.
class SilentErrors {
 public:
  SilentErrors() {
    H5dont_atexit();  // after damaged files its clean-up at exit prints too; ours is done by then
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~SilentErrors() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }
  SilentErrors(const SilentErrors&) = delete;
  SilentErrors& operator=(const SilentErrors&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  Handle& operator=(Handle&&) = delete;
  hid_t get() const { return id_; }
  bool valid() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

Handle open_file(const std::string& path) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  // Locks fail on file systems without them, and reading needs none.
  H5Pset_file_locking(access.get(), false, true);
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose);
  if (!file.valid()) fail(path, "the file is damaged or truncated");
  return file;
}

// Paths of all data sets that hard links lead to; links into other files are not followed.
std::vector<std::string> list_datasets(const std::string& path, const Handle& file) {
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5O_info_t* info, void* list) -> herr_t {
    if (info->type == H5O_TYPE_DATASET)
      static_cast<std::vector<std::string>*>(list)->push_back(name);
    return 0;
  };
  if (H5Ovisit(file.get(), H5_INDEX_NAME, H5_ITER_INC, collect, &names) < 0) {
    fail(path, "the file is damaged");
  }
  return names;
}

struct Parameter {
  std::string layer;
  bool is_kernel = false;
};

// ".../block1_conv1/kernel:0"; nothing for what is not a layer's kernel or bias. Models nest their
// groups to any depth, but the layer is always the group that holds the data set.
std::optional<Parameter> parse_name(const std::string& name) {
  if (name.starts_with("optimizer_weights/")) return {};
  const std::filesystem::path path(name);
  const std::string last = path.filename().string();
  const std::string layer = path.parent_path().filename().string();
  if (layer.empty()) return {};
  if (last.starts_with("kernel") || last.find("_W") != last.npos) return Parameter{layer, true};
  if (last.starts_with("bias") || last.find("_b") != last.npos) return Parameter{layer, false};
  return {};
}

Shape parse_shape(const std::string& path, const std::string& name, const Handle& dataset) {
  const Handle space(H5Dget_space(dataset.get()), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space.get());
  std::array<hsize_t, Shape::kMaxRank> extents{};
  if (rank < 0 || rank > Shape::kMaxRank ||
      H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr) < 0) {
    fail(path, fmt::format("data set {} has no shape or too many extents", quote(name)));
  }
  std::vector<std::int64_t> dims;
  for (int axis = 0; axis < rank; ++axis) {
    const hsize_t extent = extents[static_cast<std::size_t>(axis)];
    dims.push_back(std::in_range<std::int64_t>(extent) ? static_cast<std::int64_t>(extent) : -1);
  }
  try {
    return Shape(dims);
  } catch (const Error&) {
    fail(path, fmt::format("data set {} is too large", quote(name)));
  }
}

// Little-endian IEEE numbers of 2, 4 or 8 bytes: all that training programs write.
DType parse_dtype(const std::string& path, const std::string& name, const Handle& dataset) {
  constexpr struct {
    std::size_t bytes, exponent_bits, mantissa_bits;
    DType dtype;
  } kFormats[] = {{2, 5, 10, DType::f16}, {4, 8, 23, DType::f32}, {8, 11, 52, DType::f64}};
  const Handle type(H5Dget_type(dataset.get()), H5Tclose);
  std::size_t sign = 0, exponent = 0, exponent_bits = 0, mantissa = 0, mantissa_bits = 0;
  if (H5Tget_class(type.get()) == H5T_FLOAT && H5Tget_order(type.get()) == H5T_ORDER_LE &&
      H5Tget_fields(type.get(), &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) >= 0) {
    for (const auto& format : kFormats) {
      const bool same = H5Tget_size(type.get()) == format.bytes && mantissa == 0 &&
                        exponent == format.mantissa_bits && sign == 8 * format.bytes - 1 &&
                        exponent_bits == format.exponent_bits &&
                        mantissa_bits == format.mantissa_bits;
      if (same) return format.dtype;
    }
  }
  fail(path, fmt::format("data set {} does not hold floating-point numbers of 2, 4 or 8 bytes",
                         quote(name)));
}

// [kh, kw, ic, oc] -> [oc, ic, kh, kw]
Shape oihw(const Shape& hwio) {
  return {hwio[3], hwio[2], hwio[0], hwio[1]};
}

template <class T>
Tensor hwio_to_oihw(const Tensor& src) {
  const std::int64_t area = src.shape()[0] * src.shape()[1];
  const std::int64_t ic = src.shape()[2];
  const std::int64_t oc = src.shape()[3];
  Tensor dst = Tensor::empty(oihw(src.shape()), src.dtype());
  const T* from = src.data<T>();
  T* to = dst.data<T>();
  for (std::int64_t o = 0; o < oc; ++o) {
    for (std::int64_t i = 0; i < ic; ++i) {
      for (std::int64_t k = 0; k < area; ++k) *to++ = from[(k * ic + i) * oc + o];
    }
  }
  return dst;
}

struct Source {
  DType dtype = DType::f32;
  Shape shape;  // in the file
  std::uint64_t offset = 0;
};

// The data is read here and not by the library: of a damaged file that would copy from outside its
// buffers. For the same reason only plain storage is accepted, which is what Keras writes.
Tensor read_source(const InputFile& file, const Source& source) {
  Tensor result = Tensor::empty(source.shape, source.dtype);
  file.read_at(source.offset, {static_cast<std::byte*>(result.raw()), result.bytes()});
  if (source.shape.rank() != 4) return result;
  if (source.dtype == DType::f16) return hwio_to_oihw<Half>(result);
  if (source.dtype == DType::f64) return hwio_to_oihw<double>(result);
  return hwio_to_oihw<float>(result);
}

Source open_source(const InputFile& input, const Handle& file, const std::string& name) {
  const Handle dataset(H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset.valid()) fail(input.path(), fmt::format("data set {} is damaged", quote(name)));
  Source source{parse_dtype(input.path(), name, dataset), parse_shape(input.path(), name, dataset),
                0};
  const Handle creation(H5Dget_create_plist(dataset.get()), H5Pclose);
  if (H5Pget_layout(creation.get()) != H5D_CONTIGUOUS ||
      H5Pget_external_count(creation.get()) != 0 || H5Pget_nfilters(creation.get()) != 0) {
    fail(input.path(), fmt::format("data set {} is compressed or in pieces; save the weights "
                                   "plainly, as Keras does",
                                   quote(name)));
  }
  if (source.shape.numel() == 0) return source;  // has no place in the file
  source.offset = H5Dget_offset(dataset.get());
  std::int64_t bytes = 0;
  if (__builtin_mul_overflow(source.shape.numel(), bit_width(source.dtype) / 8, &bytes) ||
      source.offset > input.size() ||
      static_cast<std::uint64_t>(bytes) > input.size() - source.offset) {
    fail(input.path(), fmt::format("data set {} lies outside the file", quote(name)));
  }
  return source;
}

}  // namespace

Archive open_keras_h5(const std::string& path) {
  const auto input = std::make_shared<const InputFile>(path);
  const SilentErrors silent;
  const Handle file = open_file(path);
  Archive archive{path, "Keras HDF5", {}, {}};
  for (const std::string& name : list_datasets(path, file)) {
    const std::optional<Parameter> parameter = parse_name(name);
    if (!parameter) continue;
    const Source source = open_source(*input, file, name);
    const Shape shape = source.shape.rank() == 4 ? oihw(source.shape) : source.shape;
    const std::string tensor = parameter->layer + (parameter->is_kernel ? ".weight" : ".bias");
    ArchiveTensor entry{source.dtype, shape,
                        [input, source] { return read_source(*input, source); }};
    if (!archive.tensors.emplace(tensor, std::move(entry)).second) {
      fail(path, fmt::format("{} appears twice", quote(tensor)));
    }
  }
  if (archive.tensors.empty()) fail(path, "it holds no layers with kernels");
  return archive;
}

}  // namespace impasto
