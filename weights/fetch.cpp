#include "weights/fetch.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "tensor/error.h"
#include "weights/convert.h"
#include "weights/digest.h"
#include "weights/download.h"
#include "weights/find.h"
#include "weights/quote.h"
#include "weights/weights.h"

namespace impasto {
namespace {

namespace fs = std::filesystem;

// The addresses and hashes are those in the source of Keras (keras/applications/vgg19.py,
// vgg16.py). Its files hold the original parameters of the Oxford group, without the fully
// connected layers.
const PublishedWeights kPublished[] = {
    {"vgg19",
     "https://storage.googleapis.com/tensorflow/keras-applications/vgg19/"
     "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
     "253f8cb515780f3b799900260a226db6", 80'134'624,
     "CC BY 4.0, Visual Geometry Group, University of Oxford"},
    {"vgg16",
     "https://storage.googleapis.com/tensorflow/keras-applications/vgg16/"
     "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
     "6d6bbae143d832006294945121d1f1fc", 58'889'256,
     "CC BY 4.0, Visual Geometry Group, University of Oxford"},
};

class Fetch {
 public:
  Fetch(const PublishedWeights& weights, const FetchOptions& options)
      : weights_(weights),
        options_(options),
        url_(options.url.empty() ? weights.url : options.url),
        folder_(options.folder.empty() ? cache_folder() : options.folder),
        target_(folder_ + "/" + weights.name + ".safetensors"),
        part_(folder_ + "/" + weights.name + ".part") {}

  std::string run() {
    if (is_usable()) return target_;
    create_folder();
    const bool resumed = fs::exists(part_);
    if (!complete() && !(resumed && complete())) {
      throw InputError(fmt::format(
          "what {} gives is not {}: its MD5 is not the published {}; it was discarded, try again "
          "later or by hand",
          quote(url_), weights_.name, weights_.md5));
    }
    ConvertOptions conversion;
    conversion.source = url_;
    conversion.license = weights_.license;
    convert_weights(part_, target_, conversion);
    fs::remove(part_);
    return target_;
  }

 private:
  bool is_usable() const {
    if (!fs::exists(target_)) return false;
    try {
      open_weights(target_);
      return true;
    } catch (const InputError&) {
      return false;
    }
  }

  void create_folder() const {
    std::error_code error;
    if (!folder_.empty()) fs::create_directories(folder_, error);
    if (folder_.empty() || error) {
      throw InputError(fmt::format(
          "cannot create the cache folder {}: {}; set XDG_CACHE_HOME to a folder that can be "
          "written",
          quote(folder_), folder_.empty() ? "HOME is not set" : error.message()));
    }
  }

  // Downloads what is missing; false, and nothing kept, when the result is not the published file.
  // A beginning that was kept may belong to another file: then a second call starts afresh.
  bool complete() const {
    try {
      download({url_, part_, weights_.bytes, options_.progress, options_.interrupted});
    } catch (const InputError& error) {
      throw InputError(fmt::format(
          "cannot download {} from {}: {}; run the same command again to go on, or download the "
          "file by hand and run: impasto weights convert FILE {}",
          weights_.name, quote(url_), error.what(), quote(target_)));
    }
    if (file_digest(part_, Digest::md5) == weights_.md5) return true;
    fs::remove(part_);
    return false;
  }

  const PublishedWeights& weights_;
  const FetchOptions& options_;
  std::string url_;
  std::string folder_;
  std::string target_;
  std::string part_;
};

}  // namespace

std::span<const PublishedWeights> published_weights() {
  return kPublished;
}

std::string fetch_weights(const PublishedWeights& weights, const FetchOptions& options) {
  return Fetch(weights, options).run();
}

std::string fetch_weights(const std::string& name, const FetchOptions& options) {
  const auto* found =
      std::find_if(std::begin(kPublished), std::end(kPublished),
                   [&](const PublishedWeights& weights) { return weights.name == name; });
  if (found == std::end(kPublished)) {
    std::string names;
    for (const PublishedWeights& weights : kPublished) names += " " + weights.name;
    throw InputError(
        fmt::format("no published weights are known as {}; there are:{}", quote(name), names));
  }
  return fetch_weights(*found, options);
}

}  // namespace impasto
