#include <algorithm>
#include <bit>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tensor/error.h"
#include "weights/input_file.h"
#include "weights/quote.h"
#include "weights/safetensors.h"
#include "weights/safetensors_types.h"

namespace impasto {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little,
              "tensor data is read as it lies in files");

constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the reference implementation's limit
constexpr std::uint64_t kLengthBytes = 8;

struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string name;
};

[[noreturn]] void fail(const InputFile& file, const std::string& reason) {
  refuse(file.path(), "safetensors", reason);
}

// JSON lets a key appear twice and leaves open which one counts; here it is an error. So is nesting
// beyond what a header can have.
json parse_header(const InputFile& file, const std::string& text) {
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > 3) fail(file, "the header is nested too deep");
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
      fail(file, fmt::format("{} appears twice", quote(parsed.get<std::string>())));
    return true;
  };
  try {
    return json::parse(text, watch);
  } catch (const json::exception&) {
    fail(file, "the header is not JSON");
  }
}

std::string read_header(const InputFile& file) {
  std::uint64_t length = 0;
  if (file.size() < kLengthBytes) fail(file, fmt::format("it has only {} bytes", file.size()));
  file.read_at(0, std::as_writable_bytes(std::span(&length, 1)));
  if (length > kMaxHeaderBytes) {
    fail(file, fmt::format("its header would have {} bytes, more than the limit of {}", length,
                           kMaxHeaderBytes));
  }
  if (length > file.size() - kLengthBytes) {
    fail(file, fmt::format("truncated: a header of {} bytes in a file of {}", length, file.size()));
  }
  std::string header(length, '\0');
  file.read_at(kLengthBytes, std::as_writable_bytes(std::span(header)));
  if (!header.starts_with('{')) fail(file, "the header is not a JSON object");
  return header;
}

DType parse_dtype(const InputFile& file, const std::string& name, const json& entry) {
  const auto dtype = entry.find("dtype");
  if (dtype == entry.end() || !dtype->is_string()) {
    fail(file, fmt::format("tensor {} has no dtype", quote(name)));
  }
  for (const auto& [text, type] : kSafetensorsTypes) {
    if (dtype->get_ref<const std::string&>() == text) return type;
  }
  fail(file, fmt::format("tensor {} has dtype {}; F32, F64, F16, BF16, U8 and I32 are read",
                         quote(name), quote(dtype->get<std::string>())));
}

std::vector<std::uint64_t> parse_integers(const InputFile& file, const std::string& name,
                                          const json& entry, const char* key) {
  std::vector<std::uint64_t> values;
  const auto list = entry.find(key);
  bool valid = list != entry.end() && list->is_array();
  for (std::size_t i = 0; valid && i < list->size(); ++i) {
    valid = (*list)[i].is_number_unsigned();
    if (valid) values.push_back((*list)[i].get<std::uint64_t>());
  }
  if (!valid) {
    fail(file, fmt::format("tensor {}: {} is not a list of whole numbers", quote(name), key));
  }
  return values;
}

Shape parse_shape(const InputFile& file, const std::string& name, const json& entry) {
  std::vector<std::int64_t> dims;
  for (const std::uint64_t dim : parse_integers(file, name, entry, "shape")) {
    if (!std::in_range<std::int64_t>(dim)) {
      fail(file, fmt::format("tensor {}: an extent of {}", quote(name), dim));
    }
    dims.push_back(static_cast<std::int64_t>(dim));
  }
  try {
    return Shape(dims);
  } catch (const Error&) {
    fail(file, fmt::format("tensor {}: shape [{}] is too large or has more than {} extents",
                           quote(name), fmt::join(dims, ", "), Shape::kMaxRank));
  }
}

Range parse_range(const InputFile& file, const std::string& name, const json& entry) {
  const std::vector<std::uint64_t> offsets = parse_integers(file, name, entry, "data_offsets");
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    fail(file, fmt::format("tensor {}: data_offsets are not [begin, end]", quote(name)));
  }
  return {offsets[0], offsets[1], name};
}

void check_size(const InputFile& file, const ArchiveTensor& tensor, const Range& range) {
  std::size_t bytes = 0;
  try {
    bytes = storage_bytes(tensor.dtype, tensor.shape.numel());
  } catch (const Error&) {
    fail(file, fmt::format("tensor {}: size overflow", quote(range.name)));
  }
  if (bytes != range.end - range.begin) {
    fail(file, fmt::format("tensor {}: {} of {} takes {} bytes, but its data_offsets span {}",
                           quote(range.name), to_string(tensor.dtype), tensor.shape.to_string(),
                           bytes, range.end - range.begin));
  }
}

// The data must be covered exactly once: no overlap, no gap, nothing before, behind or outside.
void check_cover(const InputFile& file, std::vector<Range> ranges, std::uint64_t data_bytes) {
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t covered = 0;
  for (const Range& range : ranges) {
    if (range.end > data_bytes) {
      fail(file, fmt::format("truncated: tensor {} ends at byte {} of {}", quote(range.name),
                             range.end, data_bytes));
    }
    if (range.begin != covered) {
      fail(file, fmt::format("tensor {} {}", quote(range.name),
                             range.begin < covered ? "overlaps another" : "follows a gap"));
    }
    covered = range.end;
  }
  if (covered != data_bytes) {
    fail(file, fmt::format("{} bytes follow the last tensor", data_bytes - covered));
  }
}

std::map<std::string, std::string> parse_metadata(const InputFile& file, const json& entry) {
  std::map<std::string, std::string> metadata;
  if (!entry.is_object()) fail(file, "its __metadata__ is not an object");
  for (const auto& [key, value] : entry.items()) {
    if (!value.is_string()) fail(file, fmt::format("metadata {} is not text", quote(key)));
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

}  // namespace

Archive open_safetensors(const std::string& path) {
  const auto file = std::make_shared<const InputFile>(path);
  const std::string text = read_header(*file);
  const std::uint64_t data_start = kLengthBytes + text.size();
  Archive archive{path, "safetensors", {}, {}};
  std::vector<Range> ranges;
  const json header = parse_header(*file, text);
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      archive.metadata = parse_metadata(*file, entry);
      continue;
    }
    if (!entry.is_object()) fail(*file, fmt::format("tensor {} is not an object", quote(name)));
    ArchiveTensor tensor{parse_dtype(*file, name, entry), parse_shape(*file, name, entry), {}};
    ranges.push_back(parse_range(*file, name, entry));
    check_size(*file, tensor, ranges.back());
    const std::uint64_t offset = data_start + ranges.back().begin;
    tensor.read = [file, offset, dtype = tensor.dtype, shape = tensor.shape] {
      Tensor result = Tensor::empty(shape, dtype);
      file->read_at(offset, {static_cast<std::byte*>(result.raw()), result.bytes()});
      return result;
    };
    archive.tensors.emplace(name, std::move(tensor));
  }
  check_cover(*file, std::move(ranges), file->size() - data_start);
  return archive;
}

NamedTensors read_safetensors(const std::string& path) {
  return read_all(open_safetensors(path));
}

}  // namespace impasto
