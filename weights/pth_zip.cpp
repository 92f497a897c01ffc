// The zip form: <folder>/data.pkl holds the pickled object, <folder>/data/<key> each storage.
// PyTorch stores without compression; a compressed entry is refused, so that no entry can claim
// more bytes than the file has.

#include <mutex>

#include <zip.h>

#include "tensor/checked.h"
#include "tensor/error.h"
#include "weights/archive.h"
#include "weights/pth_storage.h"
#include "weights/quote.h"

namespace impasto {
namespace {

constexpr std::uint64_t kMaxPickleBytes = std::uint64_t{16} << 20;

class ZipFile : public PthFile {
 public:
  explicit ZipFile(const std::string& path) : path_(path) {
    int error = 0;
    zip_.reset(::zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &error));
    if (!zip_) {
      zip_error_t text;
      ::zip_error_init_with_code(&text, error);
      const std::string reason = ::zip_error_strerror(&text);
      ::zip_error_fini(&text);
      fail(reason);
    }
    folder_ = find_folder();
    pickle_bytes_ = read_entry(folder_ + "data.pkl", kMaxPickleBytes);
    check_byte_order();
    pickle_ = parse_pickle(path_, pickle_bytes_, pth_allows);
  }

  const Pickle& pickle() const override { return pickle_; }

  Tensor read_storage(const PthStorage& storage) const override {
    const std::string name = folder_ + "data/" + storage.key;
    Tensor result = Tensor::empty({check_entry(name, storage)}, *storage.dtype);
    read_into(name, {static_cast<std::byte*>(result.raw()), result.bytes()});
    return result;
  }

 private:
  struct Close {
    void operator()(zip_t* zip) const { ::zip_discard(zip); }
    void operator()(zip_file_t* entry) const { ::zip_fclose(entry); }
  };

  [[noreturn]] void fail(const std::string& reason) const { refuse(path_, "PyTorch", reason); }

  // "archive/", or whatever the file was called when it was saved.
  std::string find_folder() const {
    constexpr std::string_view kPickle = "data.pkl";
    for (zip_int64_t i = 0; i < ::zip_get_num_entries(zip_.get(), 0); ++i) {
      const char* name = ::zip_get_name(zip_.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
      if (name == nullptr || !std::string_view(name).ends_with(kPickle)) continue;
      std::string folder(name, std::string_view(name).size() - kPickle.size());
      if (folder.empty() || folder.ends_with('/')) return folder;
    }
    fail("the zip file holds no data.pkl");
  }

  std::uint64_t entry_size(const std::string& name) const {
    zip_stat_t status;
    if (::zip_stat(zip_.get(), name.c_str(), ZIP_FL_ENC_RAW, &status) != 0 ||
        (status.valid & ZIP_STAT_SIZE) == 0) {
      fail(fmt::format("entry {} is missing", quote(name)));
    }
    if (status.comp_method != ZIP_CM_STORE || status.comp_size != status.size) {
      fail(fmt::format("entry {} is compressed, which PyTorch does not do", quote(name)));
    }
    return status.size;
  }

  std::int64_t check_entry(const std::string& name, const PthStorage& storage) const {
    const std::uint64_t size = entry_size(name);
    std::int64_t want = 0;
    if (__builtin_mul_overflow(storage.count, storage.element_bytes, &want) ||
        size != static_cast<std::uint64_t>(want)) {
      fail(fmt::format("entry {} has {} bytes for {} elements of {}", quote(name), size,
                       storage.count, storage.element_bytes));
    }
    return storage.count;
  }

  void read_into(const std::string& name, std::span<std::byte> bytes) const {
    const std::unique_ptr<zip_file_t, Close> entry(
        ::zip_fopen(zip_.get(), name.c_str(), ZIP_FL_ENC_RAW));
    bool whole = entry != nullptr;
    while (whole && !bytes.empty()) {
      const zip_int64_t count = ::zip_fread(entry.get(), bytes.data(), bytes.size());
      whole = count > 0;
      if (whole) bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    // The checksum is compared when the end is reached, that is, by one more read.
    std::byte beyond;
    if (!whole || ::zip_fread(entry.get(), &beyond, 1) != 0) {
      fail(fmt::format("entry {} is damaged", quote(name)));
    }
  }

  std::vector<std::byte> read_entry(const std::string& name, std::uint64_t limit) const {
    const std::uint64_t size = entry_size(name);
    if (size > limit) fail(fmt::format("entry {} has {} bytes", quote(name), size));
    std::vector<std::byte> bytes(size);
    read_into(name, bytes);
    return bytes;
  }

  // Absent before PyTorch 2.0.
  void check_byte_order() const {
    const std::string name = folder_ + "byteorder";
    if (::zip_name_locate(zip_.get(), name.c_str(), ZIP_FL_ENC_RAW) < 0) return;
    const std::vector<std::byte> bytes = read_entry(name, 64);
    if (std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()) != "little") {
      fail("it is in big-endian byte order");
    }
  }

  std::string path_;
  std::unique_ptr<zip_t, Close> zip_;
  std::string folder_;
  std::vector<std::byte> pickle_bytes_;
  Pickle pickle_;
};

}  // namespace

std::unique_ptr<PthFile> open_pth_zip(const std::string& path) {
  return std::make_unique<ZipFile>(path);
}

}  // namespace impasto
