// The form before 1.6: five pickles (a magic number, the protocol, the writer's word sizes, the
// object, the keys of the storages in order), then for each storage its element count and its raw
// bytes.

#include <algorithm>
#include <map>

#include "tensor/checked.h"
#include "tensor/error.h"
#include "weights/archive.h"
#include "weights/input_file.h"
#include "weights/pth_storage.h"
#include "weights/quote.h"

namespace impasto {
namespace {

using Kind = PickleValue::Kind;

constexpr std::uint64_t kMaxPickleBytes = std::uint64_t{16} << 20;
constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t kProtocol = 1001;

class LegacyFile : public PthFile {
 public:
  explicit LegacyFile(const std::string& path) : file_(path) {
    std::vector<std::byte> bytes(std::min(file_.size(), kMaxPickleBytes));
    file_.read_at(0, bytes);
    std::span<const std::byte> rest = bytes;
    const auto next = [&] {
      Pickle pickle = parse_pickle(path, rest, pth_allows);
      rest = rest.subspan(pickle.bytes);
      return pickle;
    };
    const Pickle magic = next();
    if (!magic.root->is(Kind::big_integer) || magic.root->text != kMagic) {
      fail("it is a pickle, but not by torch.save");
    }
    const Pickle protocol = next();
    if (!protocol.root->is(Kind::integer) || protocol.root->integer != kProtocol) {
      fail("its form is unknown");
    }
    check_system(*next().root);
    pickle_ = next();
    const Pickle keys = next();
    locate_storages(*keys.root, bytes.size() - rest.size());
  }

  const Pickle& pickle() const override { return pickle_; }

  Tensor read_storage(const PthStorage& storage) const override {
    Tensor result = Tensor::empty({storage.count}, *storage.dtype);
    file_.read_at(offsets_.at(storage.key),
                  {static_cast<std::byte*>(result.raw()), result.bytes()});
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    refuse(file_.path(), "PyTorch", reason);
  }

  void check_system(const PickleValue& system) const {
    if (!system.is(Kind::dict)) fail("its system description is missing");
    for (std::size_t i = 0; i + 1 < system.items.size(); i += 2) {
      if (system.items[i]->text == "little_endian" && system.items[i + 1]->integer != 1) {
        fail("it is in big-endian byte order");
      }
    }
  }

  // The storages that the object refers to, by key.
  std::map<std::string, PthStorage> referenced() const {
    std::map<std::string, PthStorage> storages;
    for (const PickleValue& value : pickle_.values) {
      if (!value.is(Kind::persistent)) continue;
      const PthStorage storage = parse_pth_storage(file_.path(), value);
      const PthStorage& first = storages.emplace(storage.key, storage).first->second;
      if (first.count != storage.count || first.element_bytes != storage.element_bytes) {
        fail(fmt::format("storage {} has two sizes", quote(storage.key)));
      }
    }
    return storages;
  }

  void locate_storages(const PickleValue& keys, std::uint64_t offset) {
    const std::map<std::string, PthStorage> storages = referenced();
    if (!keys.is(Kind::list)) fail("its list of storages is missing");
    for (const PickleValue* key : keys.items) {
      const auto found = storages.find(key->text);
      if (found == storages.end()) fail(fmt::format("storage {} is unused", quote(key->text)));
      offset = locate(found->second, offset);
    }
    if (offsets_.size() != storages.size()) fail("a storage is missing");
    if (offset != file_.size()) fail("bytes follow the last storage");
  }

  // Returns where the next storage starts.
  std::uint64_t locate(const PthStorage& storage, std::uint64_t offset) {
    std::int64_t count = 0;
    if (file_.size() - offset < sizeof(count)) fail("the file is truncated");
    file_.read_at(offset, std::as_writable_bytes(std::span(&count, 1)));
    offset += sizeof(count);
    std::int64_t bytes = 0;
    if (count != storage.count || __builtin_mul_overflow(count, storage.element_bytes, &bytes)) {
      fail(fmt::format("storage {} has {} elements instead of {}", quote(storage.key), count,
                       storage.count));
    }
    if (file_.size() - offset < static_cast<std::uint64_t>(bytes)) fail("the file is truncated");
    if (!offsets_.emplace(storage.key, offset).second) {
      fail(fmt::format("storage {} appears twice", quote(storage.key)));
    }
    return offset + static_cast<std::uint64_t>(bytes);
  }

  InputFile file_;
  Pickle pickle_;
  std::map<std::string, std::uint64_t> offsets_;
};

}  // namespace

std::unique_ptr<PthFile> open_pth_legacy(const std::string& path) {
  return std::make_unique<LegacyFile>(path);
}

}  // namespace impasto
